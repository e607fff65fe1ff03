import { MAX_RANK } from '#tensor/shape.js';
import { dictionary, list } from './collections.js';
import { type ConfigNode, keyPlace } from './node.js';
import type { Place } from './problem.js';
import type { Report } from './report.js';
import { anything, boolean, integer, number, text } from './scalars.js';
import { didYouMean, mismatch, type Schema } from './schema.js';

/** What a `compiler_config` came to. */
export interface CompilerEntry {
  readonly permuteInput: readonly (readonly number[])[];
  /** Keys that no public source knows. */
  readonly unknown: readonly { readonly place: Place; readonly hint: string }[];
}

export const NO_COMPILER_ENTRY: CompilerEntry = { permuteInput: [], unknown: [] };

const anyInteger = integer(-(2 ** 31), 2 ** 31 - 1);
const axisOrder = list(integer(0, MAX_RANK - 1), MAX_RANK);

/**
 * The keys of the original's `compiler_config` that are public, with the types they were seen with. There is no
 * reference: these come from documents, tests and user code. They steer the NPU compiler; where there is none, only
 * `permute_input` changes what a model does.
 */
const KNOWN: Readonly<Record<string, Schema<unknown>>> = {
  permute_input: list(axisOrder, 256),
  keep_unsignedness: boolean,
  split_unit: anyInteger,
  without_quantize: dictionary(anything),
  with_quantize: dictionary(anything),
  allow_precision_error: boolean,
  remove_lower: boolean,
  remove_unlower: boolean,
  lower_tabulated_dequantize: boolean,
  tabulate_dequantize: boolean,
  use_program_loading: boolean,
  sa_malloc: boolean,
  progress_mode: text(),
  estimator_mode: text(),
  split_policy: text(),
  graph_lowering_scheme: text(),
  io_scheduling_mode: text(),
  max_operation_memory_ratio: number(0, 1e9),
  max_num_partitioning_axes: anyInteger,
  target_pes: list(anyInteger),
};

/** Seen in user code by name only; their types are not known, and not checked. */
const SEEN: readonly string[] = [
  'abs_static_dram_addr',
  'allow_rf_segment',
  'allow_to_partition_last_axis',
  'bail_on_split_failure',
  'disable_buffer_cache',
  'dont_care_bridge_cost',
  'dump_in_nvp',
  'external_operators_to_mlir',
  'first_conv_to_matmul',
  'mimic_sync_io',
  'no_buffer_sharing',
  'no_weight_pinning',
  'optimize_external_operators',
  'optimize_lower_unlower',
  'panic_on_pdb_miss',
  'permute_strides',
  'skip_lower',
  'skip_split',
  'split_batch_lower_unlower',
  'split_width_first',
  'use_atrr_lifetime',
  'use_heuristic_lowering',
  'use_hybrid_cast',
  'use_legacy_task_model',
  'use_loop_estimator',
  'use_peak_memory_scheduler',
  'use_projection_shape',
  'use_repartition',
  'use_repartition_conv',
  'use_subroutine',
  'use_tensor_dma',
];

export const COMPILER_KEYS: readonly string[] = [...Object.keys(KNOWN), ...SEEN];

export const compilerConfig: Schema<CompilerEntry> = {
  type: 'a mapping of compiler options',
  read({ node, place }, report) {
    if (node.kind !== 'map') return mismatch('a mapping of compiler options', { node, place }, report);
    const unknown: { place: Place; hint: string }[] = [];
    let permuteInput: readonly (readonly number[])[] = [];
    for (const [key, { key: position, value }] of node.entries) {
      const at = keyPlace(place, key, value);
      if (key === 'permute_input') permuteInput = readPermutations(value, at, report);
      else if (Object.hasOwn(KNOWN, key)) KNOWN[key]?.read({ node: value, place: at }, report);
      else if (!SEEN.includes(key)) {
        unknown.push({ place: keyPlace(place, key, position), hint: didYouMean(key, COMPILER_KEYS) });
      }
    }
    return { permuteInput, unknown };
  },
};

function readPermutations(node: ConfigNode, place: Place, report: Report): readonly (readonly number[])[] {
  const orders = list(axisOrder, 256).read({ node, place }, report) ?? [];
  orders.forEach((order, i) => {
    if (isPermutation(order)) return;
    const item = node.kind === 'list' ? node.items[i] : undefined;
    const at = { ...place, ...(item && { line: item.line, column: item.column }) };
    const expected = `each of the axes 0 to ${Math.max(order.length - 1, 0)} once`;
    report.problem(
      { ...at, keyPath: `${place.keyPath}[${i}]` },
      `expected ${expected}, found [${order.join(',')}]`,
    );
  });
  return orders;
}

function isPermutation(order: readonly number[]): boolean {
  return order.length > 0 && new Set(order).size === order.length && Math.max(...order) === order.length - 1;
}
