import { Worker } from 'node:worker_threads';
import { type Deferred, deferred } from '#core/deferred.js';
import { messageOf, ServingError } from '#core/errors.js';
import { logChannel } from '#core/log.js';
import { atTurnEnd } from '#core/turn-end.js';
import type { Batch, FromWorker, SessionData, SessionId, ToWorker } from '#worker/messages.js';
import { EngineSession, type SessionLine } from './session.js';

const WORKER_ENTRY = new URL(import.meta.resolve('#worker/main.js'));

/** A session, and where it is being closed who waits for that. */
interface Seat {
  readonly session: EngineSession;
  closed: Deferred<void> | null;
}

interface Outgoing {
  readonly message: ToWorker;
  readonly transfer: readonly ArrayBuffer[];
}

/**
 * The single owner of one engine thread: its port and the sessions in it. It ends with its last session. It is asked to
 * and never terminated in the middle: to end a thread inside of an engine's native code is to end the process.
 */
export class EngineThread {
  static #runs = 0;
  /** Settles when the thread is gone. */
  readonly ended: Promise<void>;
  readonly #worker: Worker;
  readonly #seats = new Map<SessionId, Seat>();
  readonly #line: SessionLine;
  /** Messages that leave together at the end of this turn of the event loop. */
  #outbox: Outgoing[] = [];
  #nextId = 0;
  #isEnding = false;
  #lastRunAt = 0;
  #reason: string | null = null;

  /** @param entry the file that the thread runs; a test may bring its own. */
  constructor(entry: URL = WORKER_ENTRY) {
    this.#line = {
      send: (message, transfer) => this.#send(message, transfer),
      close: (session) => this.#close(session),
    };
    this.#worker = new Worker(entry, { execArgv: [], name: 'furiosa-engine' });
    this.#worker.on('message', (message: FromWorker) => this.#receive(message));
    // A message that cannot be read may have been an answer: whoever waits for it must not wait for ever.
    this.#worker.on('messageerror', (error) => {
      this.#fail(messageOf(error));
      void this.#worker.terminate();
    });
    this.#worker.on('error', (error) => this.#fail(messageOf(error)));
    this.ended = new Promise((resolve) => {
      this.#worker.on('exit', (status) => {
        this.#fail(`it ended with status ${status}`);
        this.#isEnding = true;
        for (const { session, closed } of this.#seats.values()) {
          session.end(this.#reason);
          closed?.resolve();
        }
        this.#seats.clear();
        resolve();
      });
    });
  }

  /** Opens a session. Not to be asked of a thread that is ending. */
  open(data: SessionData): EngineSession {
    const session = new EngineSession(this.#nextId++, this.#line);
    this.#seats.set(session.id, { session, closed: null });
    this.#send({ kind: 'open', session: session.id, data });
    return session;
  }

  /** Whether it takes no more sessions. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  /** Larger for the later one: when it was last asked to run anything. 0 before that. */
  get lastRunAt(): number {
    return this.#lastRunAt;
  }

  /** How many sessions it has, those that are being closed left out. */
  get sessions(): number {
    let open = 0;
    for (const { closed } of this.#seats.values()) if (closed === null) open++;
    return open;
  }

  async #close({ id }: EngineSession): Promise<void> {
    const seat = this.#seats.get(id);
    if (seat === undefined) return;
    seat.closed = deferred<void>();
    this.#send({ kind: 'close', session: id });
    if (this.sessions > 0) return await seat.closed.promise;
    // With the last one the thread's own memory comes back as well.
    this.#isEnding = true;
    this.#send({ kind: 'end' });
    await this.ended;
  }

  #send(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    if (message.kind === 'run') this.#lastRunAt = ++EngineThread.#runs;
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
      if (message.kind !== 'run') return;
      this.#seats.get(message.session)?.session.refuse(message.id, ServingError.from(thrown));
    }
  }

  #receive(message: FromWorker): void {
    if (message.kind === 'log') {
      logChannel.publish(message.record);
      return;
    }
    const seat = this.#seats.get(message.session);
    seat?.session.receive(message);
    if (message.kind !== 'closed' && message.kind !== 'load-failed') return;
    this.#seats.delete(message.session);
    seat?.closed?.resolve();
    if (message.kind === 'load-failed') this.#endAfterFailure();
  }

  /** Where a session that failed was alone, whatever the engine left behind must not keep the thread. */
  #endAfterFailure(): void {
    if (this.#seats.size > 0) return;
    this.#isEnding = true;
    void this.#worker.terminate();
  }

  /** Remembers the first reason: an `error` event is followed by `exit`, which knows less. */
  #fail(reason: string): void {
    this.#reason ??= reason;
  }
}
