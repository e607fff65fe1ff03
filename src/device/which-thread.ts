/**
 * So many engine threads have one session each, however small. A thread costs about 7 MiB, and two handles that the main
 * thread's event loop walks past whenever any thread has something to say: a thousand of them cost every request 30 %.
 */
export const MOST_OF_THEIR_OWN = 32;
/** So many more take the small sessions that come after those. */
export const MOST_SHARED = 32;
/** A larger model is worth a thread, whose cost is small beside its own. What is small is also likely to run briefly. */
export const LARGEST_SHARING_BYTES: number = 8 * 1024 * 1024;

/** What a new session is, as far as its neighbours are concerned. */
export interface Tenant {
  /** Whose session it is, for instance `mnist/1`: two of one holder are there to run side by side. */
  readonly holder: string;
  readonly modelBytes: number;
  /** Whether it has been in a thread that died, perhaps by its fault. */
  readonly needsOwnThread: boolean;
}

/** A thread that is there. */
export interface ThreadUse {
  /** Whether its sessions may have neighbours. */
  readonly isShared: boolean;
  readonly holders: readonly string[];
  /** Larger for the later one: when any of its sessions was last asked to run. */
  readonly lastRunAt: number;
}

/** Whether a new session takes neighbours, and so whether a new thread for it is one that others may share. */
export function mayShare({ modelBytes, needsOwnThread }: Tenant, threads: number): boolean {
  return threads >= MOST_OF_THEIR_OWN && modelBytes <= LARGEST_SHARING_BYTES && !needsOwnThread;
}

/**
 * Where a new session goes: the position of a thread, or null for a new one. Among the threads that it may share it goes
 * to the one that has been quiet for longest, so that its loading disturbs nobody, and of those to the emptiest.
 */
export function whichThread(tenant: Tenant, threads: readonly ThreadUse[]): number | null {
  if (!mayShare(tenant, threads.length)) return null;
  const shared = [...threads.entries()].filter(([, { isShared }]) => isShared);
  if (shared.length < MOST_SHARED) return null;
  const open = shared.filter(([, { holders }]) => !holders.includes(tenant.holder));
  const [first] = open.sort(([, one], [, other]) => quieterFirst(one, other));
  return first?.[0] ?? null;
}

function quieterFirst(one: ThreadUse, other: ThreadUse): number {
  return one.lastRunAt - other.lastRunAt || one.holders.length - other.holders.length;
}
