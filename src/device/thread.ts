import { Worker } from 'node:worker_threads';
import { type Deferred, deferred } from '#core/deferred.js';
import { messageOf, ServingError } from '#core/errors.js';
import { logChannel } from '#core/log.js';
import { spareBuffers } from '#core/spare-buffers.js';
import { atTurnEnd } from '#core/turn-end.js';
import type { Tensor } from '#tensor/tensor.js';
import type { Batch, FromWorker, LoadedModel, ThreadData, ToWorker } from '#worker/messages.js';
import { pack } from '#worker/transfer.js';

const WORKER_ENTRY = new URL(import.meta.resolve('#worker/main.js'));

/** What one run came to. */
export interface RunResult {
  readonly outputs: readonly Tensor[];
  /** Nanoseconds inside the engine. */
  readonly runNs: number;
}

interface Outgoing {
  readonly message: ToWorker;
  readonly transfer: readonly ArrayBuffer[];
}

/**
 * The single owner of one engine thread: its port and the runs in flight on it. When the thread dies it fails exactly
 * those, and `ended` settles.
 */
export class EngineThread {
  /** What the session turned out to be; rejects when the model could not be loaded. */
  readonly loaded: Promise<LoadedModel>;
  /** Settles when the thread is gone: null after `close`, else the reason. */
  readonly ended: Promise<string | null>;
  readonly #worker: Worker;
  readonly #loading: Deferred<LoadedModel> = deferred();
  readonly #inFlight = new Map<number, Deferred<RunResult>>();
  /** Messages that leave together at the end of this turn of the event loop. */
  #outbox: Outgoing[] = [];
  #nextId = 0;
  #closing = false;
  #hasEnded = false;
  #reason: string | null = null;

  /** @param entry the file that the thread runs; a test may bring its own. */
  constructor(data: ThreadData, entry: URL = WORKER_ENTRY) {
    this.loaded = this.#loading.promise;
    // Whoever needs the outcome awaits it; a thread closed while loading must not count as an unhandled rejection.
    this.loaded.catch(() => {});
    this.#worker = new Worker(entry, {
      workerData: data,
      execArgv: [],
      name: 'furiosa-engine',
    });
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    // A message that cannot be read may have been an answer: whoever waits for it must not wait for ever.
    this.#worker.on('messageerror', (error) => {
      this.#fail(messageOf(error));
      void this.#worker.terminate();
    });
    this.#worker.on('error', (error) => this.#fail(messageOf(error)));
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', (status) => {
        if (!this.#closing) this.#fail(`it ended with status ${status}`);
        this.#hasEnded = true;
        this.#settleAll();
        resolve(this.#closing ? null : this.#reason);
      });
    });
  }

  /** Runs the session once. The bytes of `inputs` are given away. Rejects with ServingError. */
  run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<RunResult> {
    // Nobody would hear of it, and nobody would answer.
    if (this.#hasEnded) return Promise.reject(this.#deathError());
    const parcel = pack(inputs);
    const id = this.#nextId++;
    this.#send({ kind: 'run', id, inputs: parcel.tensors, outputs }, parcel.transfer);
    const answer = deferred<RunResult>();
    this.#inFlight.set(id, answer);
    return answer.promise;
  }

  /** Whether the thread is gone: what it was given will not be run. */
  get hasEnded(): boolean {
    return this.#hasEnded;
  }

  get inFlight(): number {
    return this.#inFlight.size;
  }

  /**
   * Ends the thread once it has loaded and the runs in flight have finished. It is asked and never terminated in the
   * middle: to end a thread inside of an engine's native code is to end the process.
   */
  async close(): Promise<void> {
    this.#closing = true;
    this.#send({ kind: 'close' });
    await this.ended;
  }

  #send(message: ToWorker, transfer: ArrayBuffer[] = []): void {
    this.#outbox.push({ message, transfer });
    if (this.#outbox.length === 1) atTurnEnd(() => this.#flush());
  }

  #flush(): void {
    const outbox = this.#outbox;
    this.#outbox = [];
    try {
      this.#post(outbox);
    } catch {
      // Nothing of it was sent. Whoever it is that cannot be sent must not take the others along.
      for (const outgoing of outbox) this.#postAlone(outgoing);
    }
  }

  #post(outbox: readonly Outgoing[]): void {
    const batch: Batch = outbox.map(({ message }) => message);
    this.#worker.postMessage(
      batch,
      outbox.flatMap(({ transfer }) => transfer),
    );
  }

  #postAlone(outgoing: Outgoing): void {
    const { message, transfer } = outgoing;
    try {
      // To post what is gone already throws nothing, and nothing arrives.
      if (transfer.some(({ byteLength }) => byteLength === 0))
        throw new Error('a tensor was given away twice');
      this.#post([outgoing]);
    } catch (thrown) {
      if (message.kind === 'run') this.#take(message.id)?.reject(ServingError.from(thrown));
    }
  }

  #receive(message: FromWorker): void {
    switch (message.kind) {
      case 'loaded':
        this.#loading.resolve(message.model);
        return;
      case 'load-failed':
        this.#closing = true;
        this.#loading.reject(new ServingError(message.code, message.message));
        // It is done with the engine; whatever else the engine left behind must not keep it.
        void this.#worker.terminate();
        return;
      case 'done':
        for (const buffer of message.spare) spareBuffers.give(buffer);
        this.#take(message.id)?.resolve({ outputs: message.outputs, runNs: message.runNs });
        return;
      case 'log':
        logChannel.publish(message.record);
        return;
      case 'run-failed':
        this.#take(message.id)?.reject(new ServingError(message.code, message.message));
    }
  }

  #take(id: number): Deferred<RunResult> | undefined {
    const answer = this.#inFlight.get(id);
    this.#inFlight.delete(id);
    return answer;
  }

  /** Remembers the first reason: an `error` event is followed by `exit`, which knows less. */
  #fail(reason: string): void {
    this.#reason ??= reason;
  }

  #settleAll(): void {
    const error = this.#deathError();
    this.#loading.reject(error);
    for (const answer of this.#inFlight.values()) answer.reject(error);
    this.#inFlight.clear();
  }

  #deathError(): ServingError {
    const text = `the engine thread died: ${this.#reason ?? 'it was closed'}`;
    return new ServingError('INTERNAL', text, { isRunnerLost: true });
  }
}
