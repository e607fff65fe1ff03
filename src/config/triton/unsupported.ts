import { type ConfigNode, itemSpot, keyPlace, type MapEntry, type MapNode } from '#config/node.js';
import type { Place } from '#config/problem.js';
import type { Report } from '#config/report.js';

/** What becomes of a field of ModelConfig that nothing here is made of. */
type Verdict =
  /** Only tunes, or is told to clients: a warning. */
  | { readonly kind: 'ignored' }
  /** True here whatever it says, or of no meaning: not a word. */
  | { readonly kind: 'idle' }
  /** Without it the answers would be others: a problem. `what` says what it does. */
  | { readonly kind: 'refused'; readonly what: string };

const IGNORED: Verdict = { kind: 'ignored' };
const IDLE: Verdict = { kind: 'idle' };
const refused = (what: string): Verdict => ({ kind: 'refused', what });

const TENSORRT = 'it is about engines of TensorRT, which are not served here';

/** By the path in ModelConfig, without the places in lists. What is not here is read by `tritonModel`. */
export const UNSUPPORTED: Readonly<Record<string, Verdict>> = {
  runtime: IGNORED,
  cc_model_filenames: IGNORED,
  metric_tags: IGNORED,
  model_metrics: IGNORED,
  model_operations: refused('it loads operators of other makers, and the model cannot be run without'),
  model_transaction_policy: refused(
    'a decoupled model answers a request any number of times, and ONNX and TFLite models answer once',
  ),
  model_repository_agents: refused('an agent may change the files of the model before they are loaded'),
  batch_input: refused('it makes inputs of the model out of the requests of a batch'),
  batch_output: refused('it cuts outputs of the model by the inputs of the requests'),
  'input.is_shape_tensor': refused(TENSORRT),
  'input.is_non_linear_format_io': refused(TENSORRT),
  'input.allow_ragged_batch': refused(
    'the model would be given the inputs of several requests as one row of elements',
  ),
  'output.is_shape_tensor': refused(TENSORRT),
  'output.is_non_linear_format_io': refused(TENSORRT),
  'instance_group.name': IDLE,
  'instance_group.rate_limiter': IGNORED,
  'instance_group.profile': IGNORED,
  'instance_group.secondary_devices': IGNORED,
  'instance_group.host_policy': IGNORED,
  'optimization.priority': IGNORED,
  'optimization.cuda': IGNORED,
  'optimization.execution_accelerators': IGNORED,
  'optimization.input_pinned_memory': IDLE,
  'optimization.output_pinned_memory': IDLE,
  'optimization.gather_kernel_buffer_threshold': IGNORED,
  'optimization.eager_batching': IGNORED,
  'sequence_batching.iterative_sequence': refused(
    'a request would be run again and again until the model says that it is done',
  ),
  'sequence_batching.state.use_same_buffer_for_input_output': IDLE,
  'sequence_batching.state.use_growable_memory': IDLE,
  'ensemble_scheduling.max_inflight_requests': IGNORED,
  'ensemble_scheduling.step.model_namespace': refused(
    'it would choose among models of the same name, and here a name stands for one model',
  ),
};

/** The tree without what is not supported, after telling of it. */
export function withoutUnsupported(node: MapNode, place: Place, report: Report): MapNode {
  return strippedMap(node, '', place, report);
}

function strippedMap(node: MapNode, path: string, place: Place, report: Report): MapNode {
  const entries = new Map<string, MapEntry>();
  for (const [name, entry] of node.entries) {
    const below = path === '' ? name : `${path}.${name}`;
    const verdict = Object.hasOwn(UNSUPPORTED, below) ? UNSUPPORTED[below] : undefined;
    const at = keyPlace(place, name, entry.key);
    if (verdict === undefined) {
      const value = stripped(entry.value, below, keyPlace(place, name, entry.value), report);
      entries.set(name, { ...entry, value });
    } else if (!isEmpty(entry.value)) tell(verdict, at, report);
  }
  return { ...node, entries };
}

function stripped(node: ConfigNode, path: string, place: Place, report: Report): ConfigNode {
  if (node.kind === 'map') return strippedMap(node, path, place, report);
  if (node.kind !== 'list') return node;
  return {
    ...node,
    items: node.items.map((item, i) => stripped(item, path, itemSpot(place, i, item).place, report)),
  };
}

/** A message in which nothing is said, `model_transaction_policy { decoupled: false }`. */
function isEmpty(node: ConfigNode): boolean {
  return node.kind === 'map' && node.entries.size === 0;
}

function tell(verdict: Verdict, place: Place, report: Report): void {
  if (verdict.kind === 'ignored') report.warning(place, 'it is not supported and ignored');
  if (verdict.kind === 'refused') report.problem(place, `it is not supported: ${verdict.what}`);
}
