import { rm } from 'node:fs/promises';
import type { Clock } from '#core/clock.js';
import { formatBytes } from '#core/format-bytes.js';
import { loggerOf } from '#core/log.js';
import type { Blob } from '#store/content-cache/content-cache.js';
import { isDiskFault } from '#store/content-cache/disk.js';
import { type OpenFile, PartialFile } from '#store/content-cache/partial-file.js';
import { mismatchOf } from './content-digest.js';
import { StoreFault } from './fault.js';
import type { Checksum, ObjectStore, StoredObject } from './object-store.js';
import { type RetryPolicy, retrying } from './retry.js';
import { orAborted, StallWatch, untilAborted } from './stalls.js';

const log = loggerOf('store::download');

/** How many lines of the log a download has at most. */
const PROGRESS_LINES = 10;

export interface DownloadSettings extends RetryPolicy {
  readonly maxObjectBytes: number;
  readonly stallMs: number;
  readonly clock: Clock;
  /** Left out: the file system's own. A test's is one that fails. */
  readonly openFile?: OpenFile;
}

/** Called with the bytes that are there; `total` is null where the store does not say. */
export type OnProgress = (bytes: number, total: number | null) => void;

/**
 * Downloads one version of an object into a file: from where the file ends, with further tries where the network fails,
 * until it is whole and what the store says it is. Throws a `StoreFault`; what is of no use to another try is removed.
 */
export async function download(
  store: ObjectStore,
  object: StoredObject,
  path: string,
  settings: DownloadSettings,
  signal: AbortSignal,
  shown: string,
  onProgress: OnProgress = () => {},
): Promise<Blob> {
  const { byteLength, checksum } = object;
  try {
    const file = await PartialFile.open(path, checksum?.algorithm ?? null, byteLength, settings.openFile);
    try {
      if (file.length > 0) log.debug(`${shown}: ${formatBytes(file.length)} are there from an earlier try`);
      const report = reporter(shown, byteLength, onProgress);
      return await retrying(shown, settings, signal, () =>
        complete(store, object, file, settings, signal, report),
      );
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if (isUseless(thrown)) await rm(path, { force: true });
    throw thrown;
  }
}

/** One try. */
async function complete(
  store: ObjectStore,
  object: StoredObject,
  file: PartialFile,
  { maxObjectBytes, stallMs, clock }: DownloadSettings,
  signal: AbortSignal,
  report: (bytes: number) => void,
): Promise<Blob> {
  const { byteLength } = object;
  // Where a part stood that cannot be a part of it, and where nothing tells what it is a part of.
  if (byteLength === null || object.version === '' || file.length > byteLength) await file.clear();
  let told: Checksum | null = object.checksum;
  if (byteLength === null || file.length < byteLength) {
    const watch = new StallWatch(stallMs, clock);
    try {
      const both = AbortSignal.any([signal, watch.signal]);
      const source = await orAborted(store.read(object, file.length, both), both);
      told = source.checksum;
      if (source.offset !== file.length) await file.clear();
      for await (const bytes of untilAborted(source.bytes, both)) {
        watch.heard();
        await refuseSurplus(file, bytes.length, byteLength, maxObjectBytes);
        await file.append(bytes);
        report(file.length);
      }
    } finally {
      watch.stop();
    }
  }
  if (byteLength !== null && file.length < byteLength) {
    throw new StoreFault('transient', `it ended after ${file.length} of ${byteLength} bytes`);
  }
  return await verified(file, told);
}

async function verified(file: PartialFile, told: Checksum | null): Promise<Blob> {
  const byteLength = file.length;
  const digests = await file.finish();
  const mismatch = mismatchOf(digests, told);
  if (mismatch !== null) {
    await file.clear();
    throw new StoreFault('damaged', mismatch);
  }
  return { sha256: digests.get('sha256') ?? '', byteLength };
}

async function refuseSurplus(
  file: PartialFile,
  added: number,
  byteLength: number | null,
  maxObjectBytes: number,
): Promise<void> {
  const bytes = file.length + added;
  if (byteLength !== null && bytes > byteLength) {
    await file.clear();
    throw new StoreFault('damaged', `more came than the ${byteLength} bytes that the store says it has`);
  }
  if (bytes > maxObjectBytes) throw tooLarge(bytes, maxObjectBytes);
}

/** An object that is not downloaded, or no further. */
export function tooLarge(bytes: number, maxObjectBytes: number): StoreFault {
  const limit = formatBytes(maxObjectBytes);
  return new StoreFault('refused', `it has ${formatBytes(bytes)} or more, and one file may have ${limit}`);
}

/** Whether a failure leaves nothing that another try could go on with. */
function isUseless(thrown: unknown): boolean {
  if (thrown instanceof StoreFault) return !['transient', 'denied'].includes(thrown.kind);
  return isDiskFault(thrown);
}

/** Tells the caller of every piece, and the log of every tenth. */
function reporter(shown: string, total: number | null, onProgress: OnProgress): (bytes: number) => void {
  let told = 0;
  return (bytes) => {
    onProgress(bytes, total);
    if (total === null || bytes - told < total / PROGRESS_LINES) return;
    told = bytes;
    log.debug(`${shown}: ${formatBytes(bytes)} of ${formatBytes(total)}`);
  };
}
