import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { execPath } from 'node:process';
import { fileURLToPath } from 'node:url';
import type { SessionOptions } from '#backend/onnxruntime/engine.js';
import { GRAPH_FILE, type ModelTensors, WEIGHTS_FILE } from './copy-manifest.js';

const MAKER_ENTRY = new URL(import.meta.resolve('./maker-main.js'));
const TENSORS_FILE = 'tensors.json';

/** Beyond that something hangs. */
const LONGEST_MAKING_MS = 30 * 60 * 1000;
/** Smaller ones stay in the graph's file, which every session reads for itself. */
const LEAST_MAPPED_BYTES = 1024;

/** What a maker is asked, as its one argument. */
export interface MakerJob {
  readonly path: string;
  readonly options: SessionOptions;
  /** Where it says what tensors the model has. */
  readonly tensorsPath: string;
}

/**
 * Has the engine write a model into `folder` as it would run it: optimised, and with the weights laid out for its kernels
 * in a file that can be mapped. Throws what was wrong. Blocks the thread.
 *
 * In a process of its own: what an engine has freed stays with the C library of its process, and the weights of the
 * session that makes the copy would be held for as long as the server runs (measured: all of them).
 */
export function makeCopy(path: string, options: SessionOptions, folder: string): ModelTensors {
  const tensorsPath = join(folder, TENSORS_FILE);
  const job: MakerJob = { path, options: savingOptions(options, folder), tensorsPath };
  const { status, signal, stderr, error } = spawnSync(
    execPath,
    [fileURLToPath(MAKER_ENTRY), JSON.stringify(job)],
    {
      stdio: ['ignore', 'ignore', 'pipe'],
      timeout: LONGEST_MAKING_MS,
      killSignal: 'SIGKILL',
      encoding: 'utf8',
    },
  );
  if (error) throw error;
  if (status !== 0) {
    throw new Error(stderr.trim() || `the process that made it ended with ${signal ?? `status ${status}`}`);
  }
  // A model whose weights are all small has no such file.
  if (!existsSync(join(folder, WEIGHTS_FILE))) writeFileSync(join(folder, WEIGHTS_FILE), '');
  return JSON.parse(readFileSync(tensorsPath, 'utf8')) as ModelTensors;
}

/** Source: onnxruntime_session_options_config_keys.h of ONNX Runtime 1.30. */
function savingOptions(options: SessionOptions, folder: string): SessionOptions {
  return {
    ...options,
    optimizedModelFilePath: join(folder, GRAPH_FILE),
    extra: {
      ...options.extra,
      'session.optimized_model_external_initializers_file_name': WEIGHTS_FILE,
      'session.optimized_model_external_initializers_min_size_in_bytes': String(LEAST_MAPPED_BYTES),
      'session.save_external_prepacked_constant_initializers': '1',
    },
  };
}
