import type { Call } from '#core/call.js';
import type { Clock } from '#core/clock.js';
import { invalid } from '#core/errors.js';
import type { TraceRecord } from '#inference/trace.js';
import { Trace } from './trace.js';
import { changed, NOTHING_OWN, type OwnScope, over, scopeOf, type TraceScope, takes } from './trace-scope.js';
import type { TraceChange, TraceSettings } from './trace-settings.js';

/** Where finished traces go; a hole, so that nobody here knows files. */
export interface TraceSink {
  /** Neither waits nor throws. `tracesPerFile` is 0 for one file without an end. */
  write(record: TraceRecord, tracesPerFile: number): void;
}

/** Decides which requests are traced: by settings for all models, and by those that a model has of its own. */
export class Tracing {
  readonly #start: TraceSettings;
  readonly #sink: TraceSink | null;
  readonly #clock: Clock;
  readonly #models = new Map<string, OwnScope>();
  #everyModel: TraceScope;
  #isOff: boolean;
  #lastId = 0;

  /** @param sink null where there is nowhere to write traces, and none are made */
  constructor(start: TraceSettings, sink: TraceSink | null, clock: Clock) {
    this.#start = start;
    this.#sink = sink;
    this.#clock = clock;
    this.#everyModel = scopeOf(start);
    this.#isOff = start.levels.length === 0;
  }

  /** The settings that hold for a model, or for all that have none of their own (null). */
  settings(model: string | null): TraceSettings {
    const { levels, rate, count, logFrequency } = this.#scope(model);
    return { file: this.#start.file, levels, rate: rate.rate, count: count.remaining, logFrequency };
  }

  /** Throws INVALID_ARGUMENT where something is to be traced and there is nowhere to write it. */
  change(model: string | null, change: TraceChange): void {
    const levels = change.levels ?? [];
    if (levels.length > 0 && this.#sink === null) {
      const why = 'the server was started without a trace file (--trace-config file=PATH)';
      throw invalid(`'trace_level' cannot be ${levels.join(' and ')}: ${why}`);
    }
    if (model === null) this.#everyModel = over(changed(this.#everyModel, change), scopeOf(this.#start));
    else this.#models.set(model, changed(this.#models.get(model) ?? NOTHING_OWN, change));
    const scopes = [this.#everyModel, ...this.#models.values()];
    this.#isOff = scopes.every((scope) => (scope.levels ?? []).length === 0);
  }

  /** The trace of a request that has found its model; null for every one that is not traced. */
  begin(requestId: string | null, model: TraceRecord['model'], call: Call): Trace | null {
    if (this.#isOff) return null; // the usual way
    const scope = this.#scope(model.name);
    const sink = this.#sink;
    if (sink === null || !takes(scope)) return null;
    const head = { id: ++this.#lastId, model: { name: model.name, version: model.version }, requestId };
    return new Trace(head, scope.levels, call, this.#clock, (record) =>
      sink.write(record, scope.logFrequency),
    );
  }

  #scope(model: string | null): TraceScope {
    const own = model === null ? undefined : this.#models.get(model);
    return own === undefined ? this.#everyModel : over(own, this.#everyModel);
  }
}
