import type { Scheduling } from '#inference/scheduling.js';
import type { ConfiguredVersion } from './offer.js';

/**
 * What can be told of how requests of an offer are scheduled.
 *
 * @param maxBatchSize of the loaded model; without an axis for batches nothing is put together
 */
export function schedulingOf(
  {
    batching,
    queue,
    sequence,
    ensemble,
  }: Pick<ConfiguredVersion, 'batching' | 'queue' | 'sequence' | 'ensemble'>,
  maxBatchSize: number,
): Scheduling {
  if (ensemble !== null) return { kind: 'ensemble', steps: ensemble };
  if (sequence !== null) return { kind: 'sequences', sequences: sequence };
  if (!batching.isOn || maxBatchSize === 0) return { kind: 'none' };
  const { preferredRows, maxDelayMs, preserveOrdering } = batching;
  const { priorityLevels, defaultPriority, policy, policyOf } = queue;
  return {
    kind: 'batches',
    batches: {
      preferredRows,
      maxDelayMs,
      preserveOrdering,
      priorityLevels,
      defaultPriority,
      policy,
      policyOf,
    },
  };
}
