import { type Deferred, deferred } from '#core/deferred.js';
import { ServingError, type Suspicion } from '#core/errors.js';
import { sharedNow } from '#core/shared-time.js';
import { spareBuffers } from '#core/spare-buffers.js';
import type { Tensor } from '#tensor/tensor.js';
import type { LoadedModel, SessionAnswer, SessionId, ToWorker } from '#worker/messages.js';
import type { Parcel } from '#worker/transfer.js';
import type { DeathCause } from './death.js';
import type { WallKind } from './isolation.js';

/** What one run came to. */
export interface RunResult {
  readonly outputs: readonly Tensor[];
  /** Nanoseconds inside the engine. */
  readonly runNs: number;
  /** How long ago that ended: the way from the thread to here. */
  readonly agoNs: number;
}

/** The way from a session to its thread or process. */
export interface SessionLine {
  readonly kind: WallKind;
  /** Makes tensors ready to be sent. */
  pack(tensors: readonly Tensor[]): Parcel;
  send(message: ToWorker, transfer: readonly ArrayBuffer[]): void;
  /** The session is about to be closed; settles when its memory has been given back, or its thread or process is gone. */
  close(session: EngineSession): Promise<void>;
  /** Ends the thread or process in the middle of what it does, for this reason. */
  kill(reason: string, cause: DeathCause): void;
}

interface InFlight {
  readonly id: number;
  readonly answer: Deferred<RunResult>;
}

/**
 * One session in an engine thread or process, and the runs in flight on it. When that dies it fails exactly those, and
 * `ended` settles. They are run in their order, so that the first of them is the one that may have been the cause.
 */
export class EngineSession {
  readonly id: SessionId;
  /** What the session turned out to be; rejects when the model could not be loaded. */
  readonly loaded: Promise<LoadedModel>;
  /** Settles when the session is gone: null after `close`, else the reason. */
  readonly ended: Promise<string | null>;
  readonly #line: SessionLine;
  readonly #loading: Deferred<LoadedModel> = deferred();
  readonly #ending: Deferred<string | null> = deferred();
  /** In the order in which they were sent. */
  readonly #inFlight: InFlight[] = [];
  #nextId = 0;
  #closing = false;
  #end: { readonly reason: string | null; readonly cause: DeathCause } | null = null;

  constructor(id: SessionId, line: SessionLine) {
    this.id = id;
    this.#line = line;
    this.loaded = this.#loading.promise;
    this.ended = this.#ending.promise;
    // Whoever needs the outcome awaits it; a session closed while loading must not count as an unhandled rejection.
    this.loaded.catch(() => {});
  }

  /**
   * Runs the session once. The bytes of `inputs` are given away: moved to a thread, while a process has copies of them.
   * Rejects with ServingError.
   */
  run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<RunResult> {
    // Nobody would hear of it, and nobody would answer.
    if (this.#end !== null) return Promise.reject(this.#deathError(this.#end.reason, null));
    const parcel = this.#line.pack(inputs);
    const id = this.#nextId++;
    this.#line.send({ kind: 'run', session: this.id, id, inputs: parcel.tensors, outputs }, parcel.transfer);
    const answer = deferred<RunResult>();
    this.#inFlight.push({ id, answer });
    return answer.promise;
  }

  /** Whether the session is gone: what it was given will not be run. */
  get hasEnded(): boolean {
    return this.#end !== null;
  }

  /** Why its thread or process is gone; null while it is there, and after `close`. */
  get deathCause(): DeathCause | null {
    return this.#end === null || this.#end.reason === null ? null : this.#end.cause;
  }

  get inFlight(): number {
    return this.#inFlight.length;
  }

  get kind(): WallKind {
    return this.#line.kind;
  }

  /** Ends its thread or process in the middle of what it does. Safe of a process only. */
  kill(reason: string, cause: DeathCause): void {
    this.#line.kill(reason, cause);
  }

  /** Gives the session's memory back once it has loaded and the runs in flight have finished. */
  async close(): Promise<void> {
    if (!this.#closing && this.#end === null) {
      this.#closing = true;
      await this.#line.close(this);
      this.end(null);
    }
    await this.ended;
  }

  /** @internal The thread has something to say of this session. */
  receive(answer: SessionAnswer): void {
    switch (answer.kind) {
      case 'loaded':
        this.#loading.resolve(answer.model);
        return;
      case 'load-failed':
        this.#loading.reject(new ServingError(answer.code, answer.message));
        this.end(null);
        return;
      case 'done':
        for (const buffer of answer.spare) spareBuffers.give(buffer);
        this.#settle(answer);
        return;
      case 'run-failed':
        this.refuse(answer.id, new ServingError(answer.code, answer.message));
    }
  }

  /** @internal A run could not be sent, or failed. */
  refuse(id: number, error: ServingError): void {
    this.#take(id)?.reject(error);
  }

  /** @internal The thread is gone, or is done with this session. */
  end(reason: string | null, cause: DeathCause = 'crash'): void {
    if (this.#end !== null) return;
    this.#end = { reason: this.#closing ? null : reason, cause };
    this.#loading.reject(this.#deathError(this.#end.reason, null));
    let suspicion: Suspicion | null = cause === 'killed' ? 'unlucky' : 'suspect';
    for (const { answer } of this.#inFlight) {
      answer.reject(this.#deathError(this.#end.reason, suspicion));
      suspicion = null;
    }
    this.#inFlight.length = 0;
    this.#ending.resolve(this.#end.reason);
  }

  #settle({ id, outputs, runNs, endedAt }: Extract<SessionAnswer, { kind: 'done' }>): void {
    this.#take(id)?.resolve({ outputs, runNs, agoNs: Math.max(0, sharedNow() - endedAt) * 1e6 });
  }

  #take(id: number): Deferred<RunResult> | undefined {
    const at = this.#inFlight.findIndex((run) => run.id === id);
    return at < 0 ? undefined : this.#inFlight.splice(at, 1)[0]?.answer;
  }

  #deathError(reason: string | null, suspicion: Suspicion | null): ServingError {
    const text = `the engine ${this.kind} died: ${reason ?? 'it was closed'}`;
    return new ServingError('INTERNAL', text, {
      isRunnerLost: true,
      suspicion,
    });
  }
}
