import { randomUUID } from 'node:crypto';
import { type FileHandle, link, open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '#core/clock.js';
import { pause } from '#store/pause.js';
import type { Member } from './member.js';

const FIRST_LOOK_MS = 5;
const LONGEST_LOOK_MS = 250;

/**
 * Takes a lock that one process at a time can have, on any file system that several hosts share: a file that only one
 * can make, with the name of its member in it. Waits for a member that lives, and takes it from one that is gone.
 * Answers what gives it back.
 *
 * No contents depend on it. A process that slept so long that its lock was taken does no harm: a download is then made
 * twice, into two files.
 */
export async function acquireLock(
  path: string,
  member: Member,
  clock: Clock,
  signal: AbortSignal,
): Promise<() => Promise<void>> {
  // A name of its own, so that one member's locks are not taken for each other.
  const token = `${member.nonce} ${randomUUID()}`;
  for (let looks = 0; ; looks++) {
    signal.throwIfAborted();
    if (await create(path, token)) return () => remove(path, token);
    const holder = await readFile(path, 'utf8').catch(() => null);
    if (holder === null) continue;
    if (await isGone(path, holder, member)) await take(path, holder, member);
    else await pause(Math.min(FIRST_LOOK_MS * 2 ** looks, LONGEST_LOOK_MS), clock, signal);
  }
}

async function create(path: string, token: string): Promise<boolean> {
  let handle: FileHandle;
  try {
    handle = await open(path, 'wx');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw thrown;
  }
  try {
    await handle.writeFile(token);
    return true;
  } catch (thrown) {
    // On a full disk there is room for a name and not for what is in it.
    await rm(path, { force: true });
    throw thrown;
  } finally {
    await handle.close();
  }
}

/** Whether its holder is gone. One that says nothing is being written, or was left so. */
async function isGone(path: string, holder: string, member: Member): Promise<boolean> {
  const [nonce = ''] = holder.split(' ');
  if (nonce === '') return await member.isStale(path);
  return (await member.bury(nonce)) !== 'alive';
}

/** Removes the lock of one that is gone; if another one was faster, it was his that was removed, and he gets it back. */
async function take(path: string, holder: string, member: Member): Promise<void> {
  const aside = join(member.folder, `lock-${randomUUID()}`);
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== holder) await link(aside, path);
  } catch {
    // Somebody else was faster in one way or another: the next look shows.
  }
  await rm(aside, { force: true });
}

async function remove(path: string, token: string): Promise<void> {
  const holder = await readFile(path, 'utf8').catch(() => null);
  if (holder === token) await rm(path, { force: true });
}
