import type { Call } from '#core/call.js';
import { callWith } from '#core/call-with.js';
import type { Clock } from '#core/clock.js';
import { ServingError } from '#core/errors.js';
import { newSpanRef, type SpanRef } from '#core/span-ref.js';
import type { Journey } from '#inference/journey.js';
import type { Tensor } from '#tensor/tensor.js';
import type { RequestTrace } from './request-trace.js';
import { SpanWatch } from './span-watch.js';
import { type TraceContext, traceparentOf } from './trace-context.js';

export type JourneyHead = Pick<Journey, 'model' | 'requestId'>;

/** Follows one request whose spans are wanted. Its answer says which trace it is in, where it is an answer of its own. */
export class SpanTrace implements RequestTrace {
  readonly #head: JourneyHead;
  readonly #context: TraceContext | null;
  readonly #call: Call;
  readonly #clock: Clock;
  readonly #finish: (journey: Journey) => void;
  readonly #span: SpanRef;
  readonly #watch: SpanWatch;
  readonly #startedAt: number;
  #rows = 0;
  #isCached = false;
  #completedAt: number | null = null;
  #error: Journey['error'] = null;

  /** @param context what the caller said of its trace; null where the request begins one */
  constructor(
    head: JourneyHead,
    context: TraceContext | null,
    call: Call,
    clock: Clock,
    finish: (journey: Journey) => void,
  ) {
    this.#head = head;
    this.#context = context;
    this.#call = call;
    this.#clock = clock;
    this.#finish = finish;
    this.#span = newSpanRef(context?.parent.traceId);
    this.#watch = new SpanWatch(this.#span, clock);
    this.#startedAt = clock.now();
    call.origin?.answer?.setHeader('traceparent', traceparentOf(this.#span));
  }

  watched(call: Call): Call {
    return callWith(call, { watch: this.#watch });
  }

  queued(_inputs: readonly Tensor[], rows: number): void {
    this.#rows = rows;
  }

  computed(_outputs: readonly Tensor[], _timings: unknown, isCached: boolean): void {
    this.#completedAt = this.#clock.now();
    this.#isCached = isCached;
  }

  failed(thrown: unknown): void {
    const { code, message } = ServingError.from(thrown);
    this.#error = { code, message };
  }

  end(): void {
    const answer = this.#call.origin?.answer ?? null;
    if (answer === null) this.#tell(null);
    else answer.onceSent((code) => this.#tell(code));
  }

  #tell(code: number | null): void {
    const { access, origin, transport, receivedAt } = this.#call;
    this.#finish({
      ...this.#head,
      span: this.#span,
      parentSpanId: this.#context?.parent.spanId ?? null,
      traceState: this.#context?.state ?? '',
      origin:
        origin === undefined
          ? null
          : {
              transport: origin.transport,
              operation: origin.operation,
              path: origin.path,
              userAgent: origin.header('user-agent') ?? null,
            },
      identity: access?.identity ?? null,
      rows: this.#rows,
      isCached: this.#isCached,
      receivedAt: transport === undefined ? null : receivedAt,
      startedAt: this.#startedAt,
      completedAt: this.#completedAt,
      endedAt: this.#clock.now(),
      runs: this.#watch.runs,
      steps: this.#watch.steps,
      error: this.#error,
      code,
    });
  }
}
