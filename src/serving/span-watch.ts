import type { Clock } from '#core/clock.js';
import type { Run, RunWatch, StepWatch } from '#core/run-watch.js';
import { newSpanRef, type SpanRef } from '#core/span-ref.js';
import type { JourneyBatch, JourneyRun, JourneyStep } from '#inference/journey.js';

/** So much of a request is told at most: one of many rows may be in any number of runs. */
const MAX_RUNS = 128;

/** The spans of runs of several requests. The requests share the run, and so they share its span. */
const batchSpans = new WeakMap<Run, SpanRef>();

/** Collects the runs and steps of a request, or of one of its steps. */
export class SpanWatch implements RunWatch {
  readonly span: SpanRef;
  readonly #clock: Clock;
  readonly #runs: JourneyRun[] = [];
  readonly #steps: StepSpan[] = [];

  constructor(span: SpanRef, clock: Clock) {
    this.span = span;
    this.#clock = clock;
  }

  ran(run: Run, waitedSince: number): void {
    if (this.#runs.length >= MAX_RUNS) return;
    const { takenAt, inputNs, runNs, outputNs, rows, requests, instance, error } = run;
    const told = { takenAt, inputNs, runNs, outputNs, rows, requests, instance, error };
    this.#runs.push({ ...told, waitedSince, batch: batchOf(run, this) });
  }

  step(model: JourneyStep['model']): StepWatch {
    const step = new StepSpan(model, this.span.traceId, this.#clock);
    this.#steps.push(step);
    return step;
  }

  get runs(): readonly JourneyRun[] {
    return this.#runs;
  }

  get steps(): readonly JourneyStep[] {
    return this.#steps.map((step) => step.told);
  }
}

class StepSpan extends SpanWatch implements StepWatch {
  readonly #model: JourneyStep['model'];
  readonly #startedAt: number;
  readonly #stepClock: Clock;
  #endedAt: number | null = null;
  #error: string | null = null;

  constructor({ name, version }: JourneyStep['model'], traceId: string, clock: Clock) {
    super(newSpanRef(traceId), clock);
    this.#model = { name, version };
    this.#stepClock = clock;
    this.#startedAt = clock.now();
  }

  end(error: string | null): void {
    this.#endedAt = this.#stepClock.now();
    this.#error = error;
  }

  get told(): JourneyStep {
    const { span, runs, steps } = this;
    const [model, startedAt, endedAt, error] = [this.#model, this.#startedAt, this.#endedAt, this.#error];
    return { span, model, startedAt, endedAt, error, runs, steps };
  }
}

function batchOf(run: Run, watch: RunWatch): JourneyBatch | null {
  if (run.requests < 2) return null;
  const span = batchSpans.get(run) ?? newSpanRef();
  batchSpans.set(run, span);
  return { span, requests: run.watches.map((each) => each.span), isTold: run.watches[0] === watch };
}
