/** Everything that ONNX Runtime's Node binding is asked to do: its public API, so far. */
import { env, InferenceSession, listSupportedBackends } from 'onnxruntime-node';
import { messageOf, ServingError } from '#core/errors.js';
import { engineMessage } from './engine-message.js';

// Before the first session: what the engine has to say comes with its errors, not on stderr.
env.logLevel = 'fatal';

/** A model in the engine's memory. */
export type Engine = InferenceSession;

export type SessionOptions = InferenceSession.SessionOptions;
export type ValueMetadata = InferenceSession.ValueMetadata;

export const ENGINE_NAME: string = `onnxruntime ${env.versions.node ?? env.versions.common}`;

/** The execution providers that this build was made with; their libraries may be missing all the same. */
export function knownProviders(): readonly string[] {
  return listSupportedBackends().map(({ name }) => name);
}

/** Loads a model. Throws what the engine throws. Blocks the thread. */
export async function openEngine(path: string, options: SessionOptions): Promise<Engine> {
  return await InferenceSession.create(path, { ...options, logSeverityLevel: SILENT });
}

/** Runs a model for some of its outputs. Each has a buffer of its own. Blocks the thread. Throws INTERNAL. */
export async function runEngine(
  engine: Engine,
  feeds: InferenceSession.FeedsType,
  outputs: readonly string[],
): Promise<InferenceSession.ReturnType> {
  try {
    return await engine.run(feeds, outputs, { logSeverityLevel: SILENT });
  } catch (thrown) {
    throw new ServingError('INTERNAL', `onnxruntime: ${engineMessage(messageOf(thrown))}`, { cause: thrown });
  }
}

/** Only what is fatal is written to stderr. */
const SILENT = 4;
