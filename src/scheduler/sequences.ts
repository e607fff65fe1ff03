import type { Call } from '#core/call.js';
import { clip } from '#core/clip.js';
import type { Clock } from '#core/clock.js';
import { type Deferred, deferred } from '#core/deferred.js';
import { invalid, ServingError } from '#core/errors.js';
import type { SequenceRef } from '#inference/request.js';
import { cancelled, expired } from './given-up.js';
import { IdleSequences } from './idle-sequences.js';
import { Sequence, type SequenceRequest } from './sequence.js';
import type { SequenceModel } from './sequence-model.js';
import type { SequenceOptions } from './sequence-options.js';
import { slotsOf } from './sequence-slots.js';
import type { ReadInitial } from './sequence-state.js';
import { SequenceTensors } from './sequence-tensors.js';
import type { Job, Submitter, TaskResult } from './task.js';

export interface SequenceParts {
  readonly options: SequenceOptions;
  readonly model: SequenceModel;
  /** Runs requests, those of different sequences together where it can. */
  readonly inner: Submitter;
  /** Requests that may wait here for their sequence or its slot; one more is refused. */
  readonly maxWaiting: number;
  readonly clock: Clock;
}

/** Rejects with INVALID_ARGUMENT, saying where, when the options do not fit the model. */
export async function openSequences(
  parts: SequenceParts,
  readInitial: ReadInitial,
): Promise<SequenceScheduler> {
  const tensors = await SequenceTensors.bind(parts.options, parts.model, readInitial);
  return new SequenceScheduler(parts, tensors);
}

/**
 * Serves requests that belong together one after the other, and carries what each leaves to the next (Triton's sequence
 * batcher). A sequence takes a slot with its first request; while none is free, sequences wait in the order in which they
 * came. The slot is free again after the answer to its last request, or when it was idle for too long.
 *
 * A request that fails leaves the sequence as it was; so does one that is cancelled or expires while it waits here. One that
 * the model has answered counts, whether its caller is still there or not.
 */
export class SequenceScheduler implements Submitter {
  readonly #inner: Submitter;
  readonly #tensors: SequenceTensors;
  readonly #modelName: string;
  readonly #maxWaiting: number;
  readonly #clock: Clock;
  /** All that are known, by their ids: with a slot, or with a request that waits for one. */
  readonly #known = new Map<SequenceRef['id'], Sequence>();
  /** Those that wait for a slot, the first first. */
  readonly #backlog = new Set<Sequence>();
  readonly #idle: IdleSequences;
  #freeSlots: number;
  #waiting = 0;
  #running = 0;
  #stopped: Deferred<void> | null = null;

  constructor({ options, model, inner, maxWaiting, clock }: SequenceParts, tensors: SequenceTensors) {
    this.#inner = inner;
    this.#tensors = tensors;
    this.#modelName = model.name;
    this.#maxWaiting = maxWaiting;
    this.#clock = clock;
    this.#freeSlots = slotsOf(options.strategy, model.slots);
    this.#idle = new IdleSequences(clock, options.maxIdleMs, (sequence) => this.#release(sequence));
  }

  /** Requests that wait for their sequence or its slot. */
  get waiting(): number {
    return this.#waiting;
  }

  /** Whether a request of this sequence is taken that is no START. */
  isOpen(id: SequenceRef['id']): boolean {
    return this.#known.get(id)?.isEnding === false;
  }

  /** Sequences that are known. */
  get sequences(): number {
    return this.#known.size;
  }

  /**
   * Runs a request in its turn. Rejects with INVALID_ARGUMENT, in Triton's words, where it says no sequence or one that is
   * not there, with OVERLOADED when too much waits, with CANCELLED or DEADLINE_EXCEEDED when that happens while it waits
   * here, else as `inner` does.
   */
  async submit(job: Job, call: Call): Promise<TaskResult> {
    if (this.#stopped) throw new ServingError('UNAVAILABLE', 'the model is being unloaded');
    const ref = this.#check(job);
    if (call.signal.aborted) throw cancelled();
    const sequence = this.#known.get(ref.id) ?? new Sequence(ref.id);
    this.#checkRoom(sequence);
    this.#known.set(ref.id, sequence);
    const request = sequence.accept(job, call, ref, this.#clock.now());
    this.#waiting++;
    if (sequence.hasSlot) this.#advance(sequence);
    else this.#enqueue(sequence);
    this.#watch(request, sequence);
    return request.answer.promise;
  }

  /** Takes nothing new, lets what waits and runs finish, and settles when all is answered. */
  stop(): Promise<void> {
    this.#stopped ??= deferred();
    // Nothing can come to them any more, and others may wait for their slots.
    for (const sequence of this.#idle.clear()) this.#release(sequence);
    this.#settleStop();
    return this.#stopped.promise;
  }

  #check({ sequence: ref, rows }: Job): SequenceRef {
    const request = `inference request to model '${this.#modelName}'`;
    if (rows > 1)
      throw invalid(
        `${request} must specify batch-size 1 due to requirements of sequence batcher, but has ${rows} rows`,
      );
    if (ref === null) throw invalid(`${request} must specify a non-zero or non-empty correlation ID`);
    this.#tensors.checkId(ref.id);
    if (this.isOpen(ref.id) || ref.isStart) return ref;
    const id = typeof ref.id === 'bigint' ? ref.id : clip(ref.id);
    throw invalid(
      `inference request for sequence ${id} to model '${this.#modelName}' must specify the START flag on the first request of the sequence`,
    );
  }

  #checkRoom(sequence: Sequence): void {
    const mustWait = sequence.isBusy || (!sequence.hasSlot && this.#freeSlots === 0);
    if (!mustWait || this.#waiting < this.#maxWaiting) return;
    const text = `the queue of ${this.#maxWaiting} waiting requests is full; try again later`;
    throw new ServingError('OVERLOADED', text, { retryAfterSeconds: 1 });
  }

  /** Lets a waiting request go when its caller leaves or its deadline passes. */
  #watch(request: SequenceRequest, sequence: Sequence): void {
    const { signal, deadline } = request.call;
    const drop = (error: ServingError): void => {
      if (!sequence.remove(request)) return;
      this.#waiting--;
      request.answer.reject(error);
      if (!sequence.isBusy) this.#forget(sequence);
      this.#settleStop();
    };
    const onAbort = (): void => drop(cancelled());
    signal.addEventListener('abort', onAbort, { once: true });
    const leftMs = deadline === null ? null : Math.max(0, deadline - this.#clock.now());
    const timer = leftMs === null ? null : this.#clock.startTimer(leftMs, () => drop(expired()));
    const forget = (): void => {
      signal.removeEventListener('abort', onAbort);
      timer?.cancel();
    };
    request.answer.promise.then(forget, forget);
  }

  /** A sequence wants a slot, behind those that want one already. */
  #enqueue(sequence: Sequence): void {
    this.#backlog.add(sequence);
    this.#grant();
  }

  /** Gives the free slots to those that wait for one. */
  #grant(): void {
    for (const sequence of this.#backlog) {
      if (this.#freeSlots === 0) return;
      this.#freeSlots--;
      this.#backlog.delete(sequence);
      sequence.hasSlot = true;
      this.#advance(sequence);
    }
  }

  /** Takes a sequence's slot. Where requests wait that start it anew, it waits for another in its turn. */
  #release(sequence: Sequence): void {
    sequence.hasSlot = false;
    this.#freeSlots++;
    if (sequence.isBusy) this.#enqueue(sequence);
    else this.#forget(sequence);
    this.#grant();
  }

  /** Neither a slot nor a request: nothing is known of it. */
  #forget(sequence: Sequence): void {
    this.#backlog.delete(sequence);
    this.#known.delete(sequence.id);
  }

  /** Starts the sequence's next request, unless one is running. */
  #advance(sequence: Sequence): void {
    const request = sequence.next();
    if (request === null) return;
    this.#idle.remove(sequence);
    this.#waiting--;
    this.#running++;
    void this.#run(sequence, request);
  }

  async #run(sequence: Sequence, request: SequenceRequest): Promise<void> {
    const { call, ref, acceptedAt, answer } = request;
    const waitedNs = (this.#clock.now() - acceptedAt) * 1e6;
    const history = sequence.historyOf(request);
    let isOver = false;
    try {
      const position = { id: ref.id, isStart: history === null, isEnd: ref.isEnd };
      const whole = await this.#inner.submit(this.#tensors.jobOf(request.job, position, history), call);
      const { result, states } = this.#tensors.take(whole);
      sequence.succeeded(request, states);
      isOver = ref.isEnd;
      const timings = { ...result.timings, queuedNs: result.timings.queuedNs + waitedNs };
      answer.resolve({ ...result, timings });
    } catch (thrown) {
      sequence.failed(request);
      answer.reject(ServingError.from(thrown));
    }
    this.#running--;
    this.#settled(sequence, isOver);
  }

  /** @param isOver the request was the last of its sequence */
  #settled(sequence: Sequence, isOver: boolean): void {
    if (isOver || (this.#stopped && !sequence.isBusy)) this.#release(sequence);
    else if (sequence.isBusy) this.#advance(sequence);
    else this.#idle.add(sequence);
    this.#settleStop();
  }

  #settleStop(): void {
    if (this.#waiting === 0 && this.#running === 0) this.#stopped?.resolve();
  }
}
