import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { generationModel } from '../test/support/generations.js';

/** Numbers of its weights: small models load fast. */
export const PLACES = 1024;

/** How a model is to be served. */
export interface ServedAs {
  readonly isolation: 'thread' | 'process';
  readonly instances: number;
  /** Seconds; null where runs may take as long as they like. */
  readonly runTimeout: number | null;
  /** Rows of a run, and of a request. */
  readonly maxRows: number;
}

/**
 * A model of a repository whose answers are `x` + its generation, and whose version is that generation: what is right
 * depends on each request, and on when it was sent.
 */
export class ModelFolder {
  readonly name: string;
  readonly #path: string;
  /** The newest that is on the disk. */
  written = 0;
  /** The newest of which the server has said, or an answer has shown, that it serves. */
  serving = 1;

  constructor(repository: string, name: string, served: ServedAs) {
    this.name = name;
    this.#path = join(repository, name);
    mkdirSync(this.#path, { recursive: true });
    writeFileSync(join(this.#path, 'config.pbtxt'), configOf(served));
    this.writeNext();
  }

  /** Puts the next generation beside the others. */
  writeNext(): number {
    const next = this.written + 1;
    const folder = join(this.#path, String(next));
    mkdirSync(folder);
    writeFileSync(join(folder, 'model.onnx'), generationModel(next, PLACES));
    this.written = next;
    return next;
  }

  /** Removes what no longer serves. */
  removeBefore(generation: number): void {
    rmSync(join(this.#path, String(generation - 1)), { recursive: true, force: true });
  }
}

function configOf({ isolation, instances, runTimeout, maxRows }: ServedAs): string {
  const parameters = { isolation, ...(runTimeout !== null && { run_timeout: String(runTimeout) }) };
  return [
    'platform: "onnxruntime_onnx"',
    `max_batch_size: ${maxRows}`,
    'dynamic_batching { }',
    `instance_group [ { count: ${instances} kind: KIND_CPU } ]`,
    ...Object.entries(parameters).map(
      ([key, value]) => `parameters { key: "${key}" value { string_value: "${value}" } }`,
    ),
  ].join('\n');
}
