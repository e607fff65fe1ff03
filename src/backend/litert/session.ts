import type { Session, SessionFacts } from '#backend/backend.js';
import { invalid, ServingError } from '#core/errors.js';
import type { TensorSpec } from '#inference/metadata.js';
import type { Tensor } from '#tensor/tensor.js';
import { type Engine, EngineStopped } from './engine.js';
import type { Port, Ports } from './ports.js';

export interface LiteRtSessionParts {
  readonly ports: Ports;
  readonly facts: SessionFacts;
  /** How many of the model's own batches one run takes. */
  readonly batches: number;
  readonly engine: Engine;
  /** Opens the same model again. */
  readonly reopen: () => Promise<Engine>;
}

/**
 * A loaded model. Where one run takes several batches the model runs once for each: its rows are its own affair, so
 * the answer is what a larger model would give, in the time it would take on one thread.
 */
export class LiteRtSession implements Session {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly facts: SessionFacts;
  readonly #ports: Ports;
  readonly #batches: number;
  readonly #reopen: () => Promise<Engine>;
  #engine: Engine | null;
  #disposed = false;

  constructor({ ports, facts, batches, engine, reopen }: LiteRtSessionParts) {
    this.inputs = ports.inputs.map((port) => specOf(port, batches));
    this.outputs = ports.outputs.map((port) => specOf(port, batches));
    this.facts = facts;
    this.#ports = ports;
    this.#batches = batches;
    this.#engine = engine;
    this.#reopen = reopen;
  }

  async run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<readonly Tensor[]> {
    const given = this.#ports.inputs.map((port) => this.#bytesOf(port, inputs));
    const wanted = outputs.map((name) => this.#positionOf(name));
    const batches = await this.#runBatches(given, wanted);
    return wanted.map((position, i) => {
      const { name, datatype, shape } = this.#specAt(position);
      return { name, datatype, shape, data: joined(batches.map((batch) => batch[i] ?? new Uint8Array())) };
    });
  }

  async dispose(): Promise<void> {
    this.#disposed = true;
    this.#engine = null;
  }

  /** An engine that stopped is replaced before the next run: one request must not end the model for all others. */
  async #runBatches(
    given: readonly Uint8Array[],
    wanted: readonly number[],
  ): Promise<readonly (readonly Uint8Array[])[]> {
    if (this.#disposed) throw new ServingError('UNAVAILABLE', 'The model has been unloaded.');
    this.#engine ??= await this.#reopen();
    const engine = this.#engine;
    try {
      const results: (readonly Uint8Array[])[] = [];
      for (let batch = 0; batch < this.#batches; batch++) {
        const inputs = given.map((bytes) => partOf(bytes, batch, this.#batches));
        results.push(await engine.run(inputs, wanted));
      }
      return results;
    } catch (thrown) {
      if (thrown instanceof EngineStopped) this.#engine = null;
      throw thrown;
    }
  }

  /** The check is what keeps a wrong size from being written over the engine's memory. */
  #bytesOf(port: Port, inputs: readonly Tensor[]): Uint8Array {
    const tensor = inputs.find(({ name }) => name === port.spec.name);
    if (!tensor) throw invalid(`Input '${port.spec.name}' is missing.`);
    const expected = port.bytes * this.#batches;
    if (tensor.data.length === expected) return tensor.data;
    throw invalid(`Input '${port.spec.name}' has ${tensor.data.length} bytes; the model takes ${expected}.`);
  }

  #positionOf(name: string): number {
    const position = this.outputs.findIndex((spec) => spec.name === name);
    if (position < 0) throw invalid(`The model has no output '${name}'.`);
    return position;
  }

  #specAt(position: number): TensorSpec {
    const spec = this.outputs[position];
    if (!spec) throw new ServingError('INTERNAL', `The model has no output at position ${position}.`);
    return spec;
  }
}

/** What clients see of a port when one run takes several batches: a first axis that is so many times longer. */
function specOf({ spec }: Port, batches: number): TensorSpec {
  const [first, ...rest] = spec.shape;
  return first === undefined ? spec : { ...spec, shape: [first * batches, ...rest] };
}

function partOf(bytes: Uint8Array, part: number, parts: number): Uint8Array {
  const size = bytes.length / parts;
  return bytes.subarray(part * size, (part + 1) * size);
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts;
  if (first && parts.length === 1) return first;
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
