import type { SessionData } from '#worker/messages.js';
import { EngineHost } from './engine-host.js';
import type { WallKind } from './isolation.js';
import { noWall } from './no-wall.js';
import { processWall } from './process-wall.js';
import type { EngineSession } from './session.js';
import { threadWall } from './thread-wall.js';
import { mayShare, type Tenant, type ThreadUse, whichThread } from './which-thread.js';

/** A thread with those who live in it. */
interface House {
  readonly host: EngineHost;
  readonly isShared: boolean;
  readonly sessions: Map<EngineSession, string>;
}

/** How threads and processes are started; a test may bring its own. */
export interface HostStarters {
  thread(): EngineHost;
  /** @param title its name in lists of processes */
  process(title: string): EngineHost;
  none(): EngineHost;
}

const STARTERS: HostStarters = {
  thread: () => new EngineHost(threadWall()),
  process: (title) => new EngineHost(processWall(title)),
  none: () => new EngineHost(noWall()),
};

/**
 * All engine threads of a server, and where its engine processes are started. Which session gets a thread of its own and
 * which shares one is decided by `whichThread`; a process is never shared.
 */
export class EngineHosts {
  readonly #start: HostStarters;
  readonly #houses: House[] = [];

  constructor(starters: Partial<HostStarters> = {}) {
    this.#start = { ...STARTERS, ...starters };
  }

  /** Begins to open a session; it is gone from here once it has ended. */
  open(data: SessionData, wall: WallKind, tenant: Tenant): EngineSession {
    if (wall === 'process') return this.#start.process(`furiosa-engine ${tenant.holder}`).open(data);
    if (wall === 'none') return this.#start.none().open(data);
    const open = this.#houses.filter(({ host }) => !host.isEnding);
    const position = whichThread(tenant, open.map(useOf));
    const house =
      (position === null ? undefined : open[position]) ?? this.#build(mayShare(tenant, open.length));
    const session = house.host.open(data);
    house.sessions.set(session, tenant.holder);
    void session.ended.then(() => house.sessions.delete(session));
    return session;
  }

  #build(isShared: boolean): House {
    const house: House = { host: this.#start.thread(), isShared, sessions: new Map() };
    this.#houses.push(house);
    void house.host.ended.then(() => this.#houses.splice(this.#houses.indexOf(house), 1));
    return house;
  }
}

function useOf({ host, isShared, sessions }: House): ThreadUse {
  return { isShared, holders: [...sessions.values()], lastRunAt: host.lastRunAt };
}
