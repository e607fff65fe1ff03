import { LOAD_LIMITS, type Plan } from './plan.js';
import { runStep } from './run-step.js';
import { type ModelStats, type ServerView, serverView } from './server-view.js';
import type { Summary } from './summary.js';

/** What a step came to, here and there. */
export interface StepResult {
  readonly summary: Summary;
  /** Null where the server did not tell. */
  readonly server: ServerView | null;
}

/** How far a load test has come. */
export interface LoadProgress {
  readonly state: 'running' | 'done' | 'stopped' | 'failed';
  readonly results: readonly StepResult[];
  /** Of all steps, how many requests were answered, and for how long it has run. */
  readonly answered: number;
  readonly ranMs: number;
  /** Requests at once of the step that runs. */
  readonly atOnce: number | null;
  /** Why it failed. */
  readonly sentence: string | null;
}

/** What a load test needs of the world. */
export interface LoadTools {
  readonly send: (signal: AbortSignal) => Promise<void>;
  /** What the server has counted until now; null where it does not tell. */
  readonly stats: () => Promise<ModelStats | null>;
  readonly nowMs: () => number;
  readonly tell: (progress: LoadProgress) => void;
}

/** So often is enough to be seen to move. */
const BETWEEN_TELLINGS_MS = 200;

/**
 * Runs one step after the other, each from quiet to quiet, and tells how far it is. A request of its own comes first, which
 * opens the connection and is not counted; if that one fails, so does the test. Ends early when a step has nothing but failures, or when it is stopped.
 */
export async function runLoad(plan: Plan, tools: LoadTools, signal: AbortSignal): Promise<void> {
  const startedMs = tools.nowMs();
  const results: StepResult[] = [];
  let [answeredBefore, toldMs] = [0, startedMs];
  const tell = (
    state: LoadProgress['state'],
    inStep = 0,
    atOnce: number | null = null,
    sentence: string | null = null,
  ): void => {
    toldMs = tools.nowMs();
    tools.tell({
      state,
      results: [...results],
      answered: answeredBefore + inStep,
      ranMs: toldMs - startedMs,
      atOnce,
      sentence,
    });
  };
  tell('running');
  try {
    await tools.send(signal);
  } catch (thrown) {
    return tell(
      signal.aborted ? 'stopped' : 'failed',
      0,
      null,
      thrown instanceof Error ? thrown.message : String(thrown),
    );
  }
  for (const atOnce of plan.steps) {
    if (signal.aborted) return tell('stopped');
    tell('running', 0, atOnce);
    const before = await tools.stats();
    const onAnswer = (inStep: number): void => {
      if (tools.nowMs() - toldMs >= BETWEEN_TELLINGS_MS) tell('running', inStep, atOnce);
    };
    const maxRequests = LOAD_LIMITS.requests - answeredBefore;
    const summary = await runStep(
      { atOnce, forMs: plan.secondsEach * 1000, maxRequests },
      { send: tools.send, nowMs: tools.nowMs, onAnswer },
      signal,
    );
    const after = await tools.stats();
    const answered = summary.succeeded + summary.failed;
    if (answered > 0)
      results.push({ summary, server: before !== null && after !== null ? serverView(before, after) : null });
    answeredBefore += answered;
    if (signal.aborted) return tell('stopped');
    if (summary.succeeded === 0 || answeredBefore >= LOAD_LIMITS.requests) break;
  }
  tell('done');
}
