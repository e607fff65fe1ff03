import type { Call } from '#core/call.js';
import { type Deferred, deferred } from '#core/deferred.js';
import type { SequenceRef } from '#inference/request.js';
import type { KeptState } from './sequence-state.js';
import type { Job, TaskResult } from './task.js';

/** A request that belongs to a sequence, waiting or running, with its own answer. */
export interface SequenceRequest {
  readonly job: Job;
  readonly call: Call;
  readonly ref: SequenceRef;
  /** The clock's time in milliseconds. */
  readonly acceptedAt: number;
  /** How often the sequence had been started when it came: what was before another start is none of its history. */
  readonly epoch: number;
  readonly answer: Deferred<TaskResult>;
}

/**
 * The requests of one id, in the order in which they came, and what they have left behind. At most one runs at a time.
 *
 *   START a b END START c        START begins a new epoch, whatever becomes of that request;
 *   └─ epoch 1 ─┘ └─ 2 ─┘        between an END and its answer only a START is taken
 */
export class Sequence {
  readonly id: SequenceRef['id'];
  /** It may run. */
  hasSlot = false;
  #running: SequenceRequest | null = null;
  readonly #waiting: SequenceRequest[] = [];
  /** The END that was taken last, unless a START came after it. */
  #end: SequenceRequest | null = null;
  #epoch = 0;
  #history: { readonly epoch: number; readonly states: readonly KeptState[] } | null = null;

  constructor(id: SequenceRef['id']) {
    this.id = id;
  }

  /** A request must be a START to be taken: what is there will be over. */
  get isEnding(): boolean {
    return this.#end !== null;
  }

  /** A request is running or waits. */
  get isBusy(): boolean {
    return this.#running !== null || this.#waiting.length > 0;
  }

  /** Takes a request, which waits. */
  accept(job: Job, call: Call, ref: SequenceRef, now: number): SequenceRequest {
    if (ref.isStart) this.#epoch++;
    const request = { job, call, ref, acceptedAt: now, epoch: this.#epoch, answer: deferred<TaskResult>() };
    this.#waiting.push(request);
    this.#end = ref.isEnd ? request : ref.isStart ? null : this.#end;
    return request;
  }

  /** The request to be run now, which from then on runs; null while one does, or none waits, or there is no slot. */
  next(): SequenceRequest | null {
    if (!this.hasSlot || this.#running !== null) return null;
    this.#running = this.#waiting.shift() ?? null;
    return this.#running;
  }

  /** What the requests before this one left; null where nothing is before it. */
  historyOf({ epoch }: SequenceRequest): readonly KeptState[] | null {
    return this.#history?.epoch === epoch ? this.#history.states : null;
  }

  /** The running request is done. What it leaves counts for those behind it. */
  succeeded({ epoch }: SequenceRequest, states: readonly KeptState[]): void {
    this.#running = null;
    this.#history = { epoch, states };
  }

  /** The running request came to nothing, and an END among such ends nothing. */
  failed(request: SequenceRequest): void {
    this.#running = null;
    if (this.#end === request) this.#end = null;
  }

  /** Takes a waiting request out again; whether it was waiting. */
  remove(request: SequenceRequest): boolean {
    const at = this.#waiting.indexOf(request);
    if (at === -1) return false;
    this.#waiting.splice(at, 1);
    if (this.#end === request) this.#end = null;
    return true;
  }
}
