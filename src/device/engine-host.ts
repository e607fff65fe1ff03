import { type Deferred, deferred } from '#core/deferred.js';
import { ServingError } from '#core/errors.js';
import { logChannel } from '#core/log.js';
import { atTurnEnd } from '#core/turn-end.js';
import type { Batch, FromWorker, SessionData, SessionId, ToWorker } from '#worker/messages.js';
import type { DeathCause } from './death.js';
import type { WallKind } from './isolation.js';
import { EngineSession, type SessionLine } from './session.js';
import type { Wall } from './wall.js';

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
 * The single owner of one engine thread or process: the way over its wall and the sessions behind it. It ends with its
 * last session. It is asked to, and killed in the middle only where that is safe: to end a thread inside of an engine's
 * native code is to end the server.
 */
export class EngineHost {
  static #runs = 0;
  /** Settles when the thread or process is gone. */
  readonly ended: Promise<void>;
  readonly #wall: Wall;
  readonly #seats = new Map<SessionId, Seat>();
  readonly #line: SessionLine;
  /** Messages that leave together at the end of this turn of the event loop. */
  #outbox: Outgoing[] = [];
  #nextId = 0;
  #isEnding = false;
  #lastRunAt = 0;
  #reason: string | null = null;
  #cause: DeathCause | null = null;

  /** Takes a wall that was made in this turn of the event loop. */
  constructor(wall: Wall) {
    this.#wall = wall;
    this.#line = {
      kind: wall.kind,
      pack: (tensors) => wall.pack(tensors),
      send: (message, transfer) => this.#send(message, transfer),
      close: (session) => this.#close(session),
      kill: (reason, cause) => this.#kill(reason, cause),
    };
    const ending = deferred<void>();
    this.ended = ending.promise;
    wall.listen({
      heard: (message) => this.#receive(message),
      failed: (reason) => this.#fail(reason),
      ended: (reason, cause) => {
        this.#fail(reason);
        this.#cause ??= cause;
        this.#isEnding = true;
        for (const { session, closed } of this.#seats.values()) {
          session.end(this.#reason, this.#cause);
          closed?.resolve();
        }
        this.#seats.clear();
        ending.resolve();
      },
    });
  }

  get kind(): WallKind {
    return this.#wall.kind;
  }

  /** Opens a session. Not to be asked of one that is ending. */
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
    // With the last one the memory of the thread or process itself comes back as well.
    this.#isEnding = true;
    this.#send({ kind: 'end' });
    await this.ended;
  }

  #kill(reason: string, cause: DeathCause): void {
    this.#fail(reason);
    this.#cause ??= cause;
    this.#isEnding = true;
    this.#wall.kill();
  }

  #send(message: ToWorker, transfer: readonly ArrayBuffer[] = []): void {
    if (message.kind === 'run') this.#lastRunAt = ++EngineHost.#runs;
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
    this.#wall.post(
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

  /** Where a session that failed was alone, whatever the engine left behind must not keep the thread or process. */
  #endAfterFailure(): void {
    if (this.#seats.size > 0) return;
    this.#isEnding = true;
    this.#wall.kill();
  }

  /** Remembers the first reason: those that follow know less. */
  #fail(reason: string): void {
    this.#reason ??= reason;
  }
}
