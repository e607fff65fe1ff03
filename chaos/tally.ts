/** What became of requests. */
import { Refusal } from './asks.js';

/**
 * `right` is an answer that was checked; `refused` was told before any work that there is no room; `lost` is everything else: a
 * wrong answer, a failure, or none.
 */
export type Fate = 'right' | 'refused' | 'lost';

/** Texts with which the server refuses before it has taken a request, by the status that goes with them. */
const HONEST: readonly (readonly [status: RegExp, text: RegExp])[] = [
  [/^(503|gRPC 14|gRPC 8)$/, /queue is full|try again later/],
];

/** Whether what was thrown is a refusal that cost nobody anything. */
export function fateOfFailure(thrown: unknown): Exclude<Fate, 'right'> {
  if (!(thrown instanceof Refusal)) return 'lost';
  const isHonest = HONEST.some(([status, text]) => status.test(thrown.status) && text.test(thrown.message));
  return isHonest ? 'refused' : 'lost';
}

/** For people: what was thrown, with what differs from one time to the next left out. */
export function reasonOf(thrown: unknown): string {
  const status = thrown instanceof Refusal ? `${thrown.status}: ` : '';
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  return `${status}${text}`;
}

/** Counts fates, with reasons. */
export class Tally {
  readonly counts: Record<Fate, number> = { right: 0, refused: 0, lost: 0 };
  readonly reasons: Map<string, number> = new Map<string, number>();

  right(): void {
    this.counts.right++;
  }

  failed(thrown: unknown): void {
    this.counts[fateOfFailure(thrown)]++;
    const reason = reasonOf(thrown);
    this.reasons.set(reason, (this.reasons.get(reason) ?? 0) + 1);
  }
}
