import type { Call } from '#core/call.js';
import type { Clock } from '#core/clock.js';
import type { TraceLevel } from '#core/trace-level.js';
import type { Timings } from '#inference/timings.js';
import type { TracedTensor, TraceRecord } from '#inference/trace.js';
import type { Tensor } from '#tensor/tensor.js';
import type { RequestTrace } from './request-trace.js';
import { timestampsOf } from './trace-timestamps.js';

/** Of larger tensors a trace holds the name, datatype and shape only. */
export const MAX_TRACED_BYTES: number = 64 * 1024;

/** Follows one request whose timestamps or tensors go to a file, and at its end tells what it saw. */
export class Trace implements RequestTrace {
  readonly #head: Pick<TraceRecord, 'id' | 'model' | 'requestId'>;
  readonly #levels: readonly TraceLevel[];
  readonly #call: Call;
  readonly #clock: Clock;
  readonly #finish: (record: TraceRecord) => void;
  readonly #startedAt: number;
  readonly #tensors: TracedTensor[] = [];
  #queuedAt: number | null = null;
  #completedAt: number | null = null;
  #timings: Timings | null = null;

  constructor(
    head: Pick<TraceRecord, 'id' | 'model' | 'requestId'>,
    levels: readonly TraceLevel[],
    call: Call,
    clock: Clock,
    finish: (record: TraceRecord) => void,
  ) {
    this.#head = head;
    this.#levels = levels;
    this.#call = call;
    this.#clock = clock;
    this.#finish = finish;
    this.#startedAt = clock.now();
  }

  watched(call: Call): Call {
    return call;
  }

  queued(inputs: readonly Tensor[]): void {
    this.#keep('TENSOR_QUEUE_INPUT', inputs);
    this.#queuedAt = this.#clock.now();
  }

  computed(outputs: readonly Tensor[], timings: Timings | null): void {
    this.#completedAt = this.#clock.now();
    this.#timings = timings;
    this.#keep('TENSOR_BACKEND_OUTPUT', outputs);
  }

  failed(): void {}

  end(): void {
    const moments = {
      call: this.#call,
      startedAt: this.#startedAt,
      queuedAt: this.#queuedAt,
      timings: this.#timings,
      completedAt: this.#completedAt,
      endedAt: this.#clock.now(),
    };
    const timestamps = this.#levels.includes('TIMESTAMPS') ? timestampsOf(moments) : [];
    this.#finish({ ...this.#head, timestamps, tensors: this.#tensors });
  }

  #keep(activity: TracedTensor['activity'], tensors: readonly Tensor[]): void {
    if (!this.#levels.includes('TENSORS')) return;
    for (const { name, datatype, shape, data } of tensors) {
      const byteSize = data.byteLength;
      // Not `slice()`, which for a Buffer makes another view.
      const copy = byteSize > MAX_TRACED_BYTES ? null : new Uint8Array(data);
      this.#tensors.push({ activity, name, datatype, shape, byteSize, data: copy });
    }
  }
}
