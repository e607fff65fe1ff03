import { CachedSubmitter } from '#cache/cached-submitter.js';
import type { ResponseStore } from '#cache/store.js';
import type { Clock } from '#core/clock.js';
import type { SequenceRef } from '#inference/request.js';
import type { Waiting } from '#inference/statistics.js';
import type { CoreShares } from '#scheduler/core-shares.js';
import type { BatchingOptions } from '#scheduler/options.js';
import { RateLimitedSubmitter } from '#scheduler/rate-limited-submitter.js';
import type { RunReport } from '#scheduler/run-batch.js';
import type { Runner } from '#scheduler/runner.js';
import { Scheduler } from '#scheduler/scheduler.js';
import { sequenceBatching } from '#scheduler/sequence-slots.js';
import type { ReadInitial } from '#scheduler/sequence-state.js';
import { openSequences, type SequenceScheduler } from '#scheduler/sequences.js';
import type { Submitter } from '#scheduler/task.js';
import type { BatchRules } from './batch-rules.js';
import type { ConfiguredVersion, RateLimitOptions } from './offer.js';
import { sequenceModelOf } from './sequence-model-of.js';
import { timedCall } from './timed-call.js';

/** Where a version's answers are kept. */
export interface VersionCache {
  readonly store: ResponseStore;
  /** Of the model's files and of how they are run: an answer is found only under the same one. */
  readonly fingerprint: string;
}

/** What a version finds where it is opened. */
export interface PipelineHost {
  readonly clock: Clock;
  /** Requests that may wait where the offer does not say it. */
  readonly maxQueueSize: number;
  /** Of this host, shared by all versions. */
  readonly cores: CoreShares;
  /** Null where every request is run. */
  readonly cache: VersionCache | null;
  /** Reads the files that sequences begin with. */
  readonly readFile: ReadInitial;
}

/** What runs a version, and what hears of it. */
export interface PipelineEnds {
  readonly runners: readonly Runner[];
  readonly onRun: (report: RunReport) => void;
  /** The last runner is gone. */
  readonly onLost: (reason: string) => void;
}

/** The way of a job through one version. */
export interface Pipeline extends Submitter {
  /** Whether requests of this sequence have come, and more can follow. */
  hasSequence(id: SequenceRef['id']): boolean;
  /** What waits for a runner. */
  readonly waiting: Waiting;
  /** Takes nothing new, and settles when all is answered. */
  stop(): Promise<void>;
}

/**
 * The way of a job, as far as the offer asks for it: kept answers, the rate limit, its sequence, the batches. Rejects with
 * INVALID_ARGUMENT where the offer contradicts the model.
 */
export async function openPipeline(
  offer: ConfiguredVersion,
  rules: BatchRules,
  host: PipelineHost,
  { runners, onRun, onLost }: PipelineEnds,
): Promise<Pipeline> {
  const { clock, cores } = host;
  const maxSize = offer.queue.maxSize ?? host.maxQueueSize;
  const scheduler = new Scheduler({
    options: { batching: batchingOf(offer, rules), queue: { ...offer.queue, maxSize } },
    layout: rules.layout,
    clock,
    label: `${offer.name}/${offer.version}`,
    cores,
    onRun,
  });
  const sequences = await sequencesOf(offer, rules, runners.length, scheduler, maxSize, host);
  for (const runner of runners) scheduler.add(runner, onLost);
  const way = behindCacheAndLimit(sequences ?? scheduler, offer, host);
  return {
    submit: (job, call) => way.submit(job, timedCall(job, call, offer.queue, clock.now())),
    hasSequence: (id) => sequences?.isOpen(id) ?? false,
    get waiting() {
      return { requests: scheduler.waiting, oldestMs: scheduler.oldestMs };
    },
    stop: async () => {
      await sequences?.stop();
      await scheduler.stop();
    },
  };
}

function batchingOf({ batching, sequence }: ConfiguredVersion, rules: BatchRules): BatchingOptions {
  const { maxRows, allowedRows } = rules;
  const given = { ...batching, maxRows, allowedRows };
  return sequence === null ? given : sequenceBatching(sequence.strategy, given);
}

async function sequencesOf(
  { name, sequence }: ConfiguredVersion,
  { signature, maxRows }: BatchRules,
  runners: number,
  inner: Submitter,
  maxWaiting: number,
  { clock, readFile }: PipelineHost,
): Promise<SequenceScheduler | null> {
  if (sequence === null) return null;
  const model = sequenceModelOf(name, signature, maxRows, runners);
  return await openSequences({ options: sequence, model, inner, maxWaiting, clock }, readFile);
}

/** A kept answer is free: only what must be run counts for the rate limit, before it waits. */
function behindCacheAndLimit(
  inner: Submitter,
  { name, version, rateLimit, sequence }: ConfiguredVersion,
  { cache, clock }: PipelineHost,
): Submitter {
  const limited = behindLimit(inner, rateLimit, clock);
  // What a request of a sequence is answered depends on those before it.
  if (cache === null || sequence !== null) return limited;
  const { store, fingerprint } = cache;
  return new CachedSubmitter(limited, store, { name, version, fingerprint }, clock);
}

/** As many as the limit allows are let through. */
export function behindLimit(inner: Submitter, limit: RateLimitOptions | null, clock: Clock): Submitter {
  return limit === null ? inner : new RateLimitedSubmitter(inner, limit, clock);
}
