import type { At } from './collections.js';
import type { Report } from './report.js';
import type { Keys } from './schema.js';

/** Keys about a file, an engine, copies or a queue: an ensemble has none of its own, its models have. */
const MISFITS = [
  'model',
  'path',
  'npu_device',
  'device',
  'batch_size',
  'worker_num',
  'instance_group',
  'max_queue_size',
  'max_queue_rows',
  'max_queue_bytes',
  'response_cache',
  'model_warmup',
  'compiler_config',
  'engine',
  'allow_fallback',
  'isolation',
  'run_timeout',
  'load_timeout',
] as const;

type Misfit = (typeof MISFITS)[number];

/** Reports what is said of an ensemble and cannot be true of one. */
export function reportMisfits(
  values: Readonly<Record<Misfit | 'platform', unknown>>,
  at: At<Record<Misfit | 'platform', Keys[string]>>,
  report: Report,
): void {
  for (const key of MISFITS) {
    if (values[key] !== null)
      report.problem(at(key), 'an ensemble has none of its own; expected it at one of its models');
  }
  if (values.platform !== null && values.platform !== 'ensemble') {
    report.problem(
      at('platform'),
      `expected ensemble, or nothing, for an ensemble, found "${values.platform}"`,
    );
  }
}
