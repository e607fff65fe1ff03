import { statSync } from 'node:fs';
import type { Backend, ModelArtifact, Session } from '#backend/backend.js';
import { openSharing, type SharingEngine } from '#backend/onnxruntime/prepared/shared-weights.js';
import type { LoadOptions } from '#backend/options.js';
import { messageOf, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import { ENGINE_NAME, type Engine, knownProviders, openEngine } from './engine.js';
import { engineMessage } from './engine-message.js';
import { type OnnxFile, readOnnxFile } from './onnx-file.js';
import { CPU, formatProvider, type Provider, providersOf, refuseUnknownProviders } from './providers.js';
import { OnnxRuntimeSession } from './session.js';
import { sessionOptions } from './session-options.js';
import { refuseUnpassable, servedTensors } from './specs.js';

const log = loggerOf('backend::onnxruntime');

/** ONNX Runtime, by its Node binding. */
export const onnxRuntimeBackend: Backend = { name: 'onnxruntime', platform: 'onnxruntime_onnx', load };

async function load(artifact: ModelArtifact, options: LoadOptions): Promise<Session> {
  const file = readQuietly(artifact.path);
  if (file !== null) refuseUnpassable(file);
  const wanted = providersOf(options.provider, options.onnxruntime.execution_providers);
  const { engine, provider, sharing } = await openBest(wanted, artifact.path, options, file);
  try {
    const axisSizes = options.onnxruntime.free_dimension_overrides ?? {};
    const { inputs, outputs, warnings } = servedTensors(sharing?.tensors ?? engine, axisSizes, file);
    for (const warning of warnings) log.warn(warning, { path: artifact.path });
    const modelBytes = statSync(artifact.path).size + externalBytes(file);
    const facts = {
      engine: ENGINE_NAME,
      provider: formatProvider(provider),
      threads: options.threads,
      modelBytes,
      heldBytes: sharing?.copyBytes ?? file?.weightBytes ?? modelBytes,
      ...(sharing && { sharedBytes: sharing.mappedBytes }),
    };
    return new OnnxRuntimeSession(engine, inputs, outputs, facts, sharing?.release);
  } catch (thrown) {
    await engine.release();
    sharing?.release();
    throw thrown;
  }
}

/** On a copy whose weights are shared where there is one, else on the file itself. */
async function openBest(
  wanted: readonly Provider[],
  path: string,
  options: LoadOptions,
  file: OnnxFile | null,
): Promise<OpenEngine & { readonly sharing: SharingEngine | null }> {
  const { prepared } = options;
  const isOnCpu = wanted.every((each) => each === CPU);
  if (prepared === undefined || file === null || !isOnCpu) {
    return { ...(await openOn(wanted, path, options)), sharing: null };
  }
  const model = { path, beside: [...file.external.keys()].sort(), weightBytes: file.weightBytes };
  const sharing = await openSharing(model, sessionOptions(options, wanted), prepared);
  if ('engine' in sharing) return { engine: sharing.engine, provider: CPU, sharing };
  const opened = await openOn(wanted, path, options);
  // Not before: what is wrong with a model is its own error.
  if (sharing.problem !== null) {
    log.warn(`each instance holds the weights for itself: ${sharing.problem}`, { path });
  }
  return { ...opened, sharing: null };
}

/** What the file says of itself; null where our reader cannot tell, for then the engine has its own say. */
function readQuietly(path: string): OnnxFile | null {
  try {
    return readOnnxFile(path);
  } catch {
    return null;
  }
}

function externalBytes(file: OnnxFile | null): number {
  return [...(file?.external.values() ?? [])].reduce((total, bytes) => total + bytes, 0);
}

interface OpenEngine {
  readonly engine: Engine;
  /** The preferred one of those in use. */
  readonly provider: Provider;
}

/** Opens the model on the wanted providers, or on the CPU where the options allow that. */
async function openOn(wanted: readonly Provider[], path: string, options: LoadOptions): Promise<OpenEngine> {
  const place = wanted.map(formatProvider).join(', ');
  try {
    refuseUnknownProviders(wanted, knownProviders());
    const engine = await openEngine(path, sessionOptions(options, wanted));
    return { engine, provider: wanted[0] ?? CPU };
  } catch (thrown) {
    const reason = engineMessage(messageOf(thrown));
    const mayFallBack = options.allowFallback && wanted.some((each) => each !== CPU);
    if (!mayFallBack) throw loadError(place, reason, thrown);
    const opened = await openOn([CPU], path, options);
    log.warn(`ONNX Runtime uses the CPU instead of ${place}: ${reason}`, { path });
    return opened;
  }
}

function loadError(place: string, reason: string, cause: unknown): ServingError {
  return new ServingError('INVALID_ARGUMENT', `ONNX Runtime cannot load the model on ${place}: ${reason}`, {
    cause,
  });
}
