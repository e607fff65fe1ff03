import { dirname, join } from 'node:path';
import { ENGINE_NAME, type Engine, openEngine, type SessionOptions } from '#backend/onnxruntime/engine.js';
import { engineMessage } from '#backend/onnxruntime/engine-message.js';
import type { PreparedWeights } from '#backend/options.js';
import { messageOf } from '#core/errors.js';
import { formatBytes } from '#core/format-bytes.js';
import { loggerOf } from '#core/log.js';
import { contentOf } from './content-of.js';
import { copyKeyOf, thisCpu } from './copy-key.js';
import { makeCopy } from './copy-maker.js';
import { copyBytes, type ModelTensors, WEIGHTS_FILE, writeManifest } from './copy-manifest.js';
import { CopyShelf, type PreparedCopy } from './copy-shelf.js';

const log = loggerOf('backend::onnxruntime');

/** A model file, and the names of those beside it that hold weights. */
export interface WeightedModel {
  readonly path: string;
  readonly beside: readonly string[];
  /** Bytes of all weights. */
  readonly weightBytes: number;
}

/** A session on a prepared copy. */
export interface SharingEngine {
  readonly engine: Engine;
  /** As the model itself says. */
  readonly tensors: ModelTensors;
  /** Bytes of the copy. */
  readonly copyBytes: number;
  /** Those of them that are mapped, and in memory once however many sessions there are. */
  readonly mappedBytes: number;
  /** The session is closed. */
  release(): void;
}

/** What became of it: a session, or why there is none; null where nothing is wrong but that there is no copy. */
export type Sharing = SharingEngine | { readonly problem: string | null };

/**
 * Opens a model on its prepared copy, which is made before where `wished` says so. Never rejects: a model can be served
 * without.
 */
export async function openSharing(
  model: WeightedModel,
  options: SessionOptions,
  wished: PreparedWeights,
): Promise<Sharing> {
  const own = Object.keys(options.extra ?? {}).find((key) => OURS.test(key));
  if (own !== undefined) return { problem: null };
  const shelf = new CopyShelf(wished.folder, wished.maxBytes);
  try {
    const key = keyOf(model, options, shelf);
    let copy = await shelf.find(key).catch((thrown: unknown) => {
      log.warn(`a prepared copy in ${wished.folder} is damaged and no longer used: ${messageOf(thrown)}`, {
        path: model.path,
      });
      return null;
    });
    if (copy === null && wished.mayMake) {
      await prepare(model, options, shelf, key);
      copy = await shelf.find(key);
    }
    return copy === null ? { problem: null } : await openCopy(copy, options, () => shelf.remove(key));
  } catch (thrown) {
    return { problem: engineMessage(messageOf(thrown)) };
  }
}

/** Who configures these has plans of their own for the files. */
const OURS = /^session\.(?:optimized_model_|save_external_|model_external_initializers_|load_model_format)/;

function keyOf({ path, beside }: WeightedModel, options: SessionOptions, shelf: CopyShelf): string {
  const files = [path, ...beside.map((name) => join(dirname(path), name))];
  const contents = files.map((file) => contentOf(file, shelf.notes));
  return copyKeyOf({ contents, engine: ENGINE_NAME, cpu: thisCpu(), options });
}

async function prepare(
  { path, weightBytes }: WeightedModel,
  options: SessionOptions,
  shelf: CopyShelf,
  key: string,
): Promise<void> {
  const from = performance.now();
  shelf.refuseTooLarge(weightBytes);
  await shelf.add(key, (folder) => writeManifest(folder, makeCopy(path, options, folder)));
  const seconds = ((performance.now() - from) / 1000).toFixed(2);
  log.info(`prepared a copy whose ${formatBytes(weightBytes)} of weights are shared (took ${seconds} secs)`, {
    path,
  });
}

/** What is done to the graph has been done: whatever more were done to it might change its answers. */
async function openCopy(
  copy: PreparedCopy,
  options: SessionOptions,
  remove: () => void,
): Promise<SharingEngine> {
  try {
    const engine = await openEngine(copy.path, { ...options, graphOptimizationLevel: 'disabled' });
    const { inputMetadata, outputMetadata, files, release } = copy;
    const mappedBytes = files[WEIGHTS_FILE].byteLength;
    return {
      engine,
      tensors: { inputMetadata, outputMetadata },
      copyBytes: copyBytes(copy),
      mappedBytes,
      release,
    };
  } catch (thrown) {
    copy.release();
    remove();
    throw thrown;
  }
}
