import { type Shares, sharesOver, untilEven } from './evenness.js';
import type { Load } from './load.js';
import type { Replica } from './replica.js';

export const DEEDS = ['rolling', 'kill', 'freeze', 'slow'] as const;
export type Deed = (typeof DEEDS)[number];

/** So often each is done where nothing else is said; `rolling` is every replica in turn. */
export const TIMES: Readonly<Record<Deed, number>> = { rolling: 20, kill: 20, freeze: 5, slow: 5 };

/** What is to be done, to whom, under which load. */
export interface Scene {
  readonly load: Load;
  readonly replicas: readonly Replica[];
}

export interface Done {
  /** So many single deeds: a rolling restart of two replicas is two. */
  readonly count: number;
  /** Of the load, until it was even again, after each deed; null where it never was. */
  readonly turnsUntilEven: readonly (number | null)[];
  /** What a process that was asked to end ended with, where that was not 0. */
  readonly uncleanEnds: readonly string[];
  /** The part of the one that was slow, meanwhile. */
  readonly slowShares: readonly Shares[];
}

/** Turns of the load while a replica is dead or frozen; the deed lasts until what was sent in them has ended. */
const ABSENT_TURNS = 100;
const SLOW_TURNS = 500;

/** Does it, so many times, one replica after the other; each waits until the load is even again. */
export async function perform(deed: Deed, times: number, { load, replicas }: Scene): Promise<Done> {
  const count = deed === 'rolling' ? times * replicas.length : times;
  const done = {
    turnsUntilEven: [] as (number | null)[],
    uncleanEnds: [] as string[],
    slowShares: [] as Shares[],
  };
  for (let turn = 0; turn < count; turn++) {
    const index = turn % replicas.length;
    const replica = replicas[index];
    if (replica === undefined) break;
    if (deed === 'rolling') {
      const status = await replica.stop();
      if (status !== 0) done.uncleanEnds.push(String(status));
      await replica.start();
    } else if (deed === 'kill') {
      await replica.kill();
      await load.through(ABSENT_TURNS);
      await replica.start();
    } else if (deed === 'freeze') {
      replica.freeze();
      await load.through(ABSENT_TURNS);
      replica.thaw();
    } else {
      const end = replica.slowDown();
      const { rest, grpc } = await sharesOver(load, replicas, SLOW_TURNS).finally(end);
      done.slowShares.push({ rest: [rest[index] ?? 0], grpc: [grpc[index] ?? 0] });
    }
    done.turnsUntilEven.push(await untilEven(load, replicas));
  }
  return { count, ...done };
}
