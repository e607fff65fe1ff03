import type { Backend, ModelArtifact, Session, SessionFacts } from '#backend/backend.js';
import type { LoadOptions } from '#backend/options.js';
import { invalid, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import { formatShape } from '#tensor/shape.js';
import { type Engine, openEngine } from './engine.js';
import { type Ports, portsOf } from './ports.js';
import { readModelFile } from './read-file.js';
import { readTflite, type TfliteModel } from './read-tflite.js';
import { litertVersion, type Runtime, startRuntime } from './runtime.js';
import { LiteRtSession } from './session.js';

const log = loggerOf('backend::litert');

/** TFLite models on LiteRT for WebAssembly: on the CPU, with one thread. */
export const litertBackend: Backend = { name: 'litert', platform: 'litert_tflite', load };

/** The file is read and checked here first: WebAssembly that is fed garbage does not say what is wrong with it. */
async function load({ path }: ModelArtifact, options: LoadOptions): Promise<Session> {
  checkProvider(path, options);
  const { bytes, stamp } = await readModelFile(path);
  const model = readTflite(bytes);
  const ports = portsOf(model);
  checkPorts(ports);
  const stateful = isStateful(model);
  const runtime = await startRuntime();
  const engine = await openEngine(runtime, bytes, ports, stateful);
  return new LiteRtSession(ports, factsOf(bytes, runtime), engine, () =>
    reopen(path, stamp, ports, stateful),
  );
}

function checkProvider(path: string, { provider, allowFallback }: LoadOptions): void {
  if (provider === 'cpu') return;
  if (!allowFallback)
    throw invalid(`LiteRT for WebAssembly runs on the CPU only, and ${provider} was asked for`);
  log.warn(`LiteRT uses the CPU instead of ${provider}: LiteRT for WebAssembly runs on the CPU only`, {
    path,
  });
}

/** After the trial runs, which take all the memory that later ones need. */
function factsOf(bytes: Uint8Array, { bindings }: Runtime): SessionFacts {
  return {
    engine: `litert ${litertVersion()}`,
    provider: 'cpu',
    threads: 1,
    modelBytes: bytes.length,
    heldBytes: bindings.HEAPU8.buffer.byteLength,
  };
}

async function reopen(path: string, stamp: string, ports: Ports, stateful: boolean): Promise<Engine> {
  const file = await readModelFile(path);
  if (file.stamp === stamp) return openEngine(await startRuntime(), file.bytes, ports, stateful);
  throw new ServingError(
    'INTERNAL',
    'LiteRT stopped, and the model file is not what it was when it was loaded',
  );
}

function checkPorts({ inputs, outputs }: Ports): void {
  for (const { spec, bytes } of [...inputs, ...outputs]) {
    const tensor = `tensor "${spec.name}" of shape ${formatShape(spec.shape)}`;
    if (bytes === 0) throw invalid(`${tensor} has no elements; LiteRT for WebAssembly needs fixed sizes`);
    if (bytes >= MAX_TENSOR_BYTES) throw invalid(`${tensor} has ${bytes} bytes, more than WebAssembly holds`);
  }
  // LiteRT lays the output's memory over the input's, so that the model computes with what happened to be there.
  const both = outputs.find(({ tensor }) => inputs.some((input) => input.tensor === tensor));
  if (both) throw invalid(`output "${both.spec.name}" is an input as well, which LiteRT computes wrongly`);
}

/** Its memory ends there, with everything in it. */
const MAX_TENSOR_BYTES = 2 ** 31;

/** Operators that remember something from run to run. */
const REMEMBERING = /^(CALL_ONCE|ASSIGN_VARIABLE|HASHTABLE.*|RANDOM_.*|MULTINOMIAL)$/;

function isStateful({ subgraphs }: TfliteModel): boolean {
  return subgraphs.some(({ operators }) => operators.some((name) => REMEMBERING.test(name)));
}
