import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { failureOf } from './failure.js';
import type { FoundFile, Seen } from './found.js';
import { hashFile, stampOf } from './hash-file.js';
import type { Listed } from './list-folder.js';
import type { ScanOptions } from './scan-options.js';

/**
 * File systems keep times no finer than this, so that a file may be written twice without another time. What was read
 * sooner after it changed is read again.
 */
const STEADY_AFTER_MS = 2000;

/**
 * The file with its revision, which is read anew only if its stamp is another one than before. What is wrong with it is
 * its fault. Rejects with the signal's reason alone.
 */
export async function lookAtFile(
  listed: Listed,
  before: FoundFile | undefined,
  options: ScanOptions,
): Promise<FoundFile> {
  if (listed.fault !== null) return faulty(listed.path, listed.fault);
  const { path, shown, real } = listed;
  try {
    const stats = await stat(real, { bigint: true });
    if (!stats.isFile()) return faulty(path, `${shown} changed while it was read`);
    const seen = seenOf(stats, before?.seen ?? null, options.clock.epochMs());
    const revision =
      knownRevision(stats, seen, before, options) ?? (await hashFile(real, seen.stamp, options.signal));
    if (revision === null) return faulty(path, `${shown} changed while it was read`);
    return { path, bytes: Number(stats.size), revision, fault: null, seen };
  } catch (thrown) {
    options.signal?.throwIfAborted();
    return faulty(path, `${shown} cannot be read: ${failureOf(thrown)}`);
  }
}

/** The revision that goes without reading, or null. */
function knownRevision(
  stats: BigIntStats,
  seen: Seen,
  before: FoundFile | undefined,
  { maxHashedBytes }: ScanOptions,
): string | null {
  if (stats.size > maxHashedBytes) return `${stats.size} bytes of ${stats.mtimeNs}`;
  const isKnown = before?.seen?.stamp === seen.stamp && before.seen.isSteady;
  return isKnown ? before.revision : null;
}

/** Exported for its table test. The clock of the file system may be ahead of ours: then only waiting shows. */
export function seenOf(stats: BigIntStats, before: Seen | null, nowMs: number): Seen {
  const stamp = stampOf(stats);
  const sinceMs = before?.stamp === stamp ? before.sinceMs : nowMs;
  const changedMs = Number((stats.ctimeNs > stats.mtimeNs ? stats.ctimeNs : stats.mtimeNs) / 1_000_000n);
  return { stamp, sinceMs, isSteady: nowMs - Math.min(changedMs, sinceMs) > STEADY_AFTER_MS };
}

function faulty(path: string, fault: string): FoundFile {
  return { path, bytes: 0, revision: '', fault, seen: null };
}
