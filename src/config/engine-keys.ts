import type { EngineSettings, OnnxRuntimeOptions } from '#device/engine-settings.js';
import { WEIGHT_SHARING } from '#device/share-weights.js';
import { dictionary, list, mapping } from './collections.js';
import { boolean, choice, integer, text } from './scalars.js';
import { optional, type Schema } from './schema.js';
import { nonEmpty, threads } from './values.js';

export const NO_ENGINE_SETTINGS: EngineSettings = { threads: null, onnxruntime: {} };

const keys = {
  threads: optional(threads, 'Threads that one run may use.', "the device's"),
  weight_sharing: optional(
    choice(WEIGHT_SHARING),
    'Whether the weights of an ONNX model are [held once](engines.md#weights-held-once) for all its instances: `auto` where there are several or a prepared copy is there, `always` for one instance too.',
    "the server's",
  ),
  graph_optimization_level: optional(
    choice(['disabled', 'basic', 'extended', 'layout', 'all']),
    'How far ONNX Runtime rewrites the graph.',
    "the engine's",
  ),
  execution_mode: optional(
    choice(['sequential', 'parallel']),
    'Whether ONNX Runtime runs independent branches side by side.',
    "the engine's",
  ),
  execution_providers: optional(
    list(nonEmpty, 16),
    'Execution providers of ONNX Runtime in order of preference, for instance `[cuda, cpu]`.',
    "the device's",
  ),
  inter_op_num_threads: optional(
    integer(0, 1024),
    'Threads for branches run side by side; 0 lets ONNX Runtime choose.',
    "the engine's",
  ),
  enable_cpu_mem_arena: optional(
    boolean,
    'Whether ONNX Runtime keeps freed memory for the next run.',
    "the engine's",
  ),
  enable_mem_pattern: optional(boolean, 'Whether ONNX Runtime plans its memory ahead.', "the engine's"),
  free_dimension_overrides: optional(
    dictionary(integer(1, 2 ** 31 - 1)),
    'Sizes for named symbolic axes of an ONNX model, for instance `{batch: 1}`.',
  ),
  session_config: optional(
    dictionary(text()),
    'Further `session.…` entries of ONNX Runtime, passed on as they are.',
  ),
};

export const engine: Schema<EngineSettings> = mapping(
  'a mapping of engine options',
  keys,
  ({ threads, weight_sharing, ...values }) => ({
    threads,
    onnxruntime: given(values),
    ...(weight_sharing !== null && { weightSharing: weight_sharing }),
  }),
);

/** Without the keys that nobody wrote: the engine's own defaults are its own business. */
function given(
  values: {
    readonly [K in keyof OnnxRuntimeOptions]-?: OnnxRuntimeOptions[K] | null;
  },
): OnnxRuntimeOptions {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== null));
}
