import { type Sample, type Summary, summaryOf } from './summary.js';

/** What a step does: so many requests at once, for so long, but no more than so many. */
export interface Step {
  readonly atOnce: number;
  readonly forMs: number;
  readonly maxRequests: number;
}

/** What a step needs of the world. */
export interface StepTools {
  /** Sends one request and reads its answer. Rejects with the reason as its message. */
  readonly send: (signal: AbortSignal) => Promise<void>;
  readonly nowMs: () => number;
  /** Told after each answer. */
  readonly onAnswer?: (answered: number) => void;
}

/** After so many failures and nothing else, going on would only be a nuisance to the server. */
const FAILURES_TO_GIVE_UP = 20;

/**
 * A closed loop: each of `atOnce` senders sends its next request when it has the answer to the one before. What is in flight when
 * the time is over is waited for, and counts. What is in flight when it is stopped does not.
 */
export async function runStep(step: Step, tools: StepTools, signal: AbortSignal): Promise<Summary> {
  const { atOnce, forMs, maxRequests } = step;
  const startedMs = tools.nowMs();
  const samples: Sample[] = [];
  const reasons = new Map<string, number>();
  let [sent, failed, lastMs] = [0, 0, startedMs];
  const goesOn = (): boolean =>
    !signal.aborted &&
    sent < maxRequests &&
    tools.nowMs() - startedMs < forMs &&
    !(samples.length === 0 && failed >= FAILURES_TO_GIVE_UP);
  const sendOne = async (): Promise<void> => {
    const beganMs = tools.nowMs();
    try {
      await tools.send(signal);
      if (signal.aborted) return;
      lastMs = tools.nowMs();
      samples.push(lastMs - beganMs);
    } catch (thrown) {
      if (signal.aborted) return;
      lastMs = tools.nowMs();
      failed += 1;
      const reason = thrown instanceof Error ? thrown.message : String(thrown);
      // A handful of reasons is enough to know what is wrong.
      if (reasons.has(reason) || reasons.size < 5) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    }
    tools.onAnswer?.(samples.length + failed);
  };
  const sender = async (): Promise<void> => {
    while (goesOn()) {
      sent += 1;
      await sendOne();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sender));
  return summaryOf({ atOnce, samples, failed, reasons, tookMs: lastMs - startedMs });
}
