import type { Load } from './load.js';
import type { Replica, Served } from './replica.js';

/** The part of each replica in what all have answered, from 0 to 1, over each transport. */
export interface Shares {
  readonly rest: readonly number[];
  readonly grpc: readonly number[];
}

/** Even is when no replica has less than so much of an equal part. */
const EVEN = 0.75;
/** Turns of the load between two looks. */
const WINDOW = 50;
const MOST_WINDOWS = 60;

/** Who answers what the load sends in so many turns. */
export async function sharesOver(load: Load, replicas: readonly Replica[], turns: number): Promise<Shares> {
  const before = await servedBy(replicas);
  await load.through(turns);
  return sharesBetween(before, await servedBy(replicas));
}

export function sharesBetween(before: readonly Served[], after: readonly Served[]): Shares {
  const parts = (transport: keyof Served): number[] => {
    const counts = after.map((each, index) => each[transport] - (before[index]?.[transport] ?? 0));
    const all = counts.reduce((sum, each) => sum + each, 0);
    return counts.map((count) => (all === 0 ? 0 : count / all));
  };
  return { rest: parts('rest'), grpc: parts('grpc') };
}

export function isEven({ rest, grpc }: Shares): boolean {
  return [rest, grpc].every((parts) => Math.min(...parts) * parts.length >= EVEN);
}

/** Settles when the load is even over both transports, with how many turns it took; null if it never was. */
export async function untilEven(load: Load, replicas: readonly Replica[]): Promise<number | null> {
  for (let window = 1; window <= MOST_WINDOWS; window++)
    if (isEven(await sharesOver(load, replicas, WINDOW))) return window * WINDOW;
  return null;
}

async function servedBy(replicas: readonly Replica[]): Promise<readonly Served[]> {
  return await Promise.all(replicas.map((replica) => replica.served()));
}
