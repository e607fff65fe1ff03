import { randomUUID } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseHolder, startTicksOf, thisHolder, verdictOn } from '#store/content-cache/holder.js';

/**
 * Says in `folder` that this process uses what the folder belongs to, until what is answered is called. Where that cannot be
 * written it is not said: a file that is removed stays with those who have mapped it.
 */
export async function markUse(folder: string): Promise<() => void> {
  const mark = join(folder, randomUUID());
  try {
    mkdirSync(folder, { recursive: true });
    writeFileSync(mark, JSON.stringify(await thisHolder()));
  } catch {
    return () => {};
  }
  return () => rmSync(mark, { force: true });
}

/**
 * Whether a process that can be seen from here uses it. Marks of processes that are gone are removed. One in another
 * container cannot be seen, and does not count.
 */
export async function isUsed(folder: string): Promise<boolean> {
  const self = await thisHolder();
  let used = false;
  for (const name of namesIn(folder)) {
    const mark = join(folder, name);
    const verdict = await verdictOnMark(mark, self);
    if (verdict === 'dead') rmSync(mark, { force: true });
    used ||= verdict === 'alive';
  }
  return used;
}

async function verdictOnMark(
  mark: string,
  self: Awaited<ReturnType<typeof thisHolder>>,
): Promise<ReturnType<typeof verdictOn>> {
  try {
    const holder = parseHolder(readFileSync(mark, 'utf8'));
    if (holder === null) return 'unknown';
    return verdictOn(holder, self, holder.pid === null ? null : await startTicksOf(holder.pid));
  } catch {
    return 'unknown';
  }
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
