import type { SessionData } from '#worker/messages.js';
import type { EngineSession } from './session.js';
import { EngineThread } from './thread.js';
import { mayShare, type Tenant, type ThreadUse, whichThread } from './which-thread.js';

/** A thread with those who live in it. */
interface House {
  readonly thread: EngineThread;
  readonly isShared: boolean;
  readonly sessions: Map<EngineSession, string>;
}

/** All engine threads of a server. Who gets one of its own and who shares is decided by `whichThread`. */
export class EngineThreads {
  readonly #startThread: () => EngineThread;
  readonly #houses: House[] = [];

  /** @param startThread a test may bring its own threads. */
  constructor(startThread: () => EngineThread = () => new EngineThread()) {
    this.#startThread = startThread;
  }

  /** Begins to open a session; it is gone from here once it has ended. */
  open(data: SessionData, tenant: Tenant): EngineSession {
    const open = this.#houses.filter(({ thread }) => !thread.isEnding);
    const position = whichThread(tenant, open.map(useOf));
    const house =
      (position === null ? undefined : open[position]) ?? this.#build(mayShare(tenant, open.length));
    const session = house.thread.open(data);
    house.sessions.set(session, tenant.holder);
    void session.ended.then(() => house.sessions.delete(session));
    return session;
  }

  #build(isShared: boolean): House {
    const house: House = { thread: this.#startThread(), isShared, sessions: new Map() };
    this.#houses.push(house);
    void house.thread.ended.then(() => this.#houses.splice(this.#houses.indexOf(house), 1));
    return house;
  }
}

function useOf({ thread, isShared, sessions }: House): ThreadUse {
  return { isShared, holders: [...sessions.values()], lastRunAt: thread.lastRunAt };
}
