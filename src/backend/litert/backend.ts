import type { Backend, ModelArtifact, Session } from '#backend/backend.js';
import type { LoadOptions } from '#backend/options.js';
import { invalid, ServingError } from '#core/errors.js';
import { formatShape } from '#tensor/shape.js';
import { type Engine, openEngine } from './engine.js';
import { type Ports, portsOf } from './ports.js';
import { readModelFile } from './read-file.js';
import { readTflite, type TfliteModel } from './read-tflite.js';
import { litertVersion } from './runtime.js';
import { LiteRtSession } from './session.js';

/** TFLite models on LiteRT for WebAssembly: the CPU, one thread. */
export const litertBackend: Backend = {
  name: 'litert',
  platform: 'litert_tflite',
  load,
};

/** The file is read and checked here first: WebAssembly that is fed garbage does not say what is wrong with it. */
async function load({ path }: ModelArtifact, options: LoadOptions): Promise<Session> {
  if (options.provider !== 'cpu' && !options.allowFallback) {
    throw invalid(`TFLite models run on the CPU here, and '${options.provider}' was asked for.`);
  }
  const { bytes, stamp } = await readModelFile(path);
  const model = readTflite(bytes);
  const ports = portsOf(model);
  const batches = options.batchSize ?? 1;
  checkSizes(ports, batches);
  const stateful = isStateful(model);
  return new LiteRtSession({
    ports,
    facts: {
      engine: `litert ${litertVersion()}`,
      provider: 'cpu',
      threads: 1,
      modelBytes: bytes.length,
    },
    batches,
    engine: await openEngine(bytes, ports, stateful),
    reopen: () => reopen(path, stamp, ports, stateful),
  });
}

async function reopen(path: string, stamp: string, ports: Ports, stateful: boolean): Promise<Engine> {
  const file = await readModelFile(path);
  if (file.stamp !== stamp) {
    throw new ServingError('UNAVAILABLE', 'The engine stopped, and the model file is no longer what it was.');
  }
  return openEngine(file.bytes, ports, stateful);
}

function checkSizes({ inputs, outputs }: Ports, batches: number): void {
  for (const { spec, bytes } of [...inputs, ...outputs]) {
    const shape = formatShape(spec.shape);
    if (bytes === 0) {
      throw invalid(
        `'${spec.name}' of shape ${shape} has no elements; LiteRT for WebAssembly needs fixed sizes.`,
      );
    }
    if (batches !== 1 && spec.shape.length === 0) {
      throw invalid(`'${spec.name}' is a scalar, and a batch size of ${batches} needs a first axis.`);
    }
  }
}

/** Operators that remember something from run to run, besides those with variable tensors. */
const REMEMBERING = /^(CALL_ONCE|VAR_HANDLE|ASSIGN_VARIABLE|HASHTABLE.*|RANDOM_.*|MULTINOMIAL)$/;

function isStateful(model: TfliteModel): boolean {
  return model.subgraphs.some(
    ({ tensors, operators }) =>
      tensors.some(({ isVariable }) => isVariable) || operators.some((name) => REMEMBERING.test(name)),
  );
}
