import type { Call } from '#core/call.js';
import type { Schedule } from '#inference/request.js';
import type { QueueOptions, QueuePolicy } from './options.js';

/** What the queue promises to one request. */
export interface Terms {
  /** 1 is the most urgent; 0 where there are no levels. */
  readonly priority: number;
  readonly policy: QueuePolicy;
  /** The clock's time in milliseconds after which it is not run any more; null for none. */
  readonly deadline: number | null;
  /** The clock's time in milliseconds after which it waits behind all others of its priority; null for none. */
  readonly delayedAt: number | null;
}

/**
 * The terms of a request that comes now: its priority among those that there are, and the earliest of the caller's own
 * deadline, its `timeout` and the model's default, counted from `now`. A longer timeout than the default is taken only
 * where the policy allows it (Triton's `allow_timeout_override`).
 */
export function termsOf(
  schedule: Schedule,
  call: Pick<Call, 'deadline'>,
  options: Omit<QueueOptions, 'maxSize'>,
  now: number,
): Terms {
  const { priorityLevels, defaultPriority } = options;
  const asked = schedule.priority;
  const priority = asked >= 1 && asked <= priorityLevels ? asked : defaultPriority;
  const policy = options.policyOf[priority] ?? options.policy;
  const timeoutMs = timeoutOf(schedule.timeoutUs / 1000, policy);
  const timeoutAt = timeoutMs === null ? null : now + timeoutMs;
  const isDelayed = policy.timeoutAction === 'delay';
  return {
    priority,
    policy,
    deadline: isDelayed ? call.deadline : earlier(call.deadline, timeoutAt),
    delayedAt: isDelayed ? timeoutAt : null,
  };
}

/** @param askedMs 0 where the request says nothing */
function timeoutOf(askedMs: number, { defaultTimeoutMs, allowTimeoutOverride }: QueuePolicy): number | null {
  if (askedMs === 0) return defaultTimeoutMs;
  if (defaultTimeoutMs === null || allowTimeoutOverride) return askedMs;
  return Math.min(askedMs, defaultTimeoutMs);
}

function earlier(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.min(a, b);
}
