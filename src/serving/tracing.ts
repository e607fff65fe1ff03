import type { Call } from '#core/call.js';
import type { Clock } from '#core/clock.js';
import { invalid, ServingError } from '#core/errors.js';
import type { Journey } from '#inference/journey.js';
import type { TraceRecord } from '#inference/trace.js';
import type { RequestTrace } from './request-trace.js';
import { SpanTrace } from './span-trace.js';
import { Trace } from './trace.js';
import { readTraceContext } from './trace-context.js';
import { changed, NOTHING_OWN, type OwnScope, over, scopeOf, type TraceScope, takes } from './trace-scope.js';
import type { TraceChange, TraceSettings } from './trace-settings.js';

/** Where finished traces go; a hole, so that nobody here knows files or collectors. Neither waits nor throws. */
export interface TraceSink {
  /** `tracesPerFile` is 0 for one file without an end. */
  write(record: TraceRecord, tracesPerFile: number): void;
}

export interface JourneySink {
  tell(journey: Journey): void;
}

/** The place for the traces of the mode; both are null where there is nowhere to write them, and none are made. */
export interface TraceSinks {
  readonly file: TraceSink | null;
  readonly spans: JourneySink | null;
}

/** Decides which requests are traced: by settings for all models, and by those that a model has of its own. */
export class Tracing {
  readonly #start: TraceSettings;
  readonly #sinks: TraceSinks;
  readonly #clock: Clock;
  readonly #models = new Map<string, OwnScope>();
  #everyModel: TraceScope;
  #isOff: boolean;
  #lastId = 0;

  constructor(start: TraceSettings, sinks: TraceSinks, clock: Clock) {
    this.#start = start;
    this.#sinks = sinks;
    this.#clock = clock;
    this.#everyModel = scopeOf(start);
    this.#isOff = start.levels.length === 0;
  }

  /** The settings that hold for a model, or for all that have none of their own (null). */
  settings(model: string | null): TraceSettings {
    const { levels, rate, count, logFrequency } = this.#scope(model);
    const { file, mode } = this.#start;
    return { mode, file, levels, rate: rate.rate, count: count.remaining, logFrequency };
  }

  /**
   * Throws INVALID_ARGUMENT where something is to be traced and there is nowhere to write it, or not at that rate, and
   * UNIMPLEMENTED for another mode, or a level that the mode does not have.
   */
  change(model: string | null, change: TraceChange): void {
    this.#check(change);
    if (model === null) this.#everyModel = over(changed(this.#everyModel, change), scopeOf(this.#start));
    else this.#models.set(model, changed(this.#models.get(model) ?? NOTHING_OWN, change));
    const scopes = [this.#everyModel, ...this.#models.values()];
    this.#isOff = scopes.every((scope) => (scope.levels ?? []).length === 0);
  }

  /** The trace of a request that has found its model; null for every one that is not traced. */
  begin(requestId: string | null, model: TraceRecord['model'], call: Call): RequestTrace | null {
    if (this.#isOff) return null; // the usual way
    const scope = this.#scope(model.name);
    const head = { model: { name: model.name, version: model.version }, requestId };
    const { file, spans } = this.#sinks;
    if (spans !== null) return this.#beginSpans(head, scope, call, spans);
    if (file === null || !takes(scope)) return null;
    return new Trace({ id: ++this.#lastId, ...head }, scope.levels, call, this.#clock, (record) =>
      file.write(record, scope.logFrequency),
    );
  }

  /**
   * What the caller has decided is kept to, and counts for nothing: a part of a trace would be of no use, and what it
   * traces is wanted whole. Only where it says nothing, rate and count decide.
   */
  #beginSpans(
    head: Pick<Journey, 'model' | 'requestId'>,
    scope: TraceScope,
    call: Call,
    sink: JourneySink,
  ): RequestTrace | null {
    if (scope.levels.length === 0) return null;
    const { origin } = call;
    const context = readTraceContext(origin?.header('traceparent'), origin?.header('tracestate'));
    if (!(context === null ? takes(scope) : context.isSampled)) return null;
    return new SpanTrace(head, context, call, this.#clock, (journey) => sink.tell(journey));
  }

  #check({ mode, levels, rate }: TraceChange): void {
    const { mode: ours } = this.#start;
    if (mode !== undefined && mode !== ours) {
      const why = `the server was started with ${ours} (--trace-config mode=${mode})`;
      throw new ServingError('UNIMPLEMENTED', `'trace_mode' cannot be changed to ${mode}: ${why}`);
    }
    if (ours === 'opentelemetry') {
      if (levels?.includes('TENSORS')) {
        const why = 'spans hold no tensors; the trace mode opentelemetry has TIMESTAMPS';
        throw new ServingError('UNIMPLEMENTED', `'trace_level' cannot be TENSORS: ${why}`);
      }
      return;
    }
    if (rate === 0)
      throw invalid("'trace_rate' cannot be 0: that is for the trace mode opentelemetry, and this is triton");
    if (levels != null && levels.length > 0 && this.#sinks.file === null) {
      const why = 'the server was started without a trace file (--trace-config file=PATH)';
      throw invalid(`'trace_level' cannot be ${levels.join(' and ')}: ${why}`);
    }
  }

  #scope(model: string | null): TraceScope {
    const own = model === null ? undefined : this.#models.get(model);
    return own === undefined ? this.#everyModel : over(own, this.#everyModel);
  }
}
