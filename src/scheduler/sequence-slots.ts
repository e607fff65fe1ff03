import type { BatchingOptions } from './options.js';
import type { SequenceStrategy } from './sequence-options.js';

/** How many sequences may be served at a time; one at least. */
export function slotsOf(strategy: SequenceStrategy, modelSlots: number): number {
  return Math.max(1, strategy.kind === 'direct' ? modelSlots : strategy.maxCandidates);
}

/**
 * How the requests of different sequences become batches: as the strategy says, whatever the model says of requests that
 * stand for themselves (Triton takes only one of the two). `maxRows` must be known.
 */
export function sequenceBatching(strategy: SequenceStrategy, batching: BatchingOptions): BatchingOptions {
  const { maxDelayMs } = strategy;
  if (strategy.kind === 'oldest') {
    const { preferredRows, preserveOrdering } = strategy;
    return { ...batching, isOn: true, preferredRows, maxDelayMs, preserveOrdering };
  }
  // As many rows as that part of the slots is worth waiting for, and no more than that.
  const leastRows = Math.ceil(strategy.minSlotUtilization * batching.maxRows);
  const preferredRows = leastRows > 1 ? [leastRows] : [];
  return { ...batching, isOn: true, preferredRows, maxDelayMs, preserveOrdering: false };
}
