import type { LoadOptions } from '#backend/options.js';

/** Options as an unconfigured model on a CPU has them. */
export const PLAIN_OPTIONS: LoadOptions = {
  threads: 1,
  onnxruntime: {},
  compiler: { permuteInput: [] },
  provider: 'cpu',
  batchSize: null,
  allowFallback: false,
};
