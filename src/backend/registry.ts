import { invalid, messageOf, ServingError } from '#core/errors.js';
import type { Backend, ModelArtifact, Session } from './backend.js';
import { identify, type ModelFormat } from './identify.js';
import type { LoadOptions } from './options.js';
import { permuted } from './permuted.js';
import { rebatched } from './rebatched.js';

/** Each engine is loaded with the first model that needs it, and not otherwise. */
const BACKENDS: Record<ModelFormat, () => Promise<Backend>> = {
  onnx: async () => (await import('#backend/onnxruntime/backend.js')).onnxRuntimeBackend,
  tflite: async () => (await import('#backend/litert/backend.js')).litertBackend,
};

export interface OpenSession {
  readonly backend: Backend;
  readonly session: Session;
}

/**
 * Opens a model file with the engine for its format, as the options say: with its batch size and the layout of its
 * inputs. Throws ServingError, whose message says what was wrong in one sentence without the path.
 */
export async function openSession(artifact: ModelArtifact, options: LoadOptions): Promise<OpenSession> {
  const identified = identify(artifact.path);
  if ('problem' in identified) throw invalid(identified.problem);
  const backend = await loadBackend(identified.format);
  const session = await backend.load(artifact, options);
  try {
    const batched = rebatched(session, options.batchSize);
    return { backend, session: permuted(batched, options.compiler.permuteInput) };
  } catch (thrown) {
    await session.dispose();
    throw thrown;
  }
}

/** Loads an engine before there is a model for it. That it cannot be loaded is said to whoever opens a model. */
export async function prepareEngine(format: ModelFormat): Promise<void> {
  await BACKENDS[format]().catch(() => {});
}

async function loadBackend(format: ModelFormat): Promise<Backend> {
  try {
    return await BACKENDS[format]();
  } catch (thrown) {
    const reason = messageOf(thrown).replace(/\s+/g, ' ').trim();
    throw new ServingError(
      'UNAVAILABLE',
      `the engine for ${format} models cannot be started here: ${reason}`,
      {
        cause: thrown,
      },
    );
  }
}
