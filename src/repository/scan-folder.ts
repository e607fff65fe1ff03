import type { Dirent } from 'node:fs';
import { realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { loggerOf } from '#core/log.js';
import { mapBounded } from './bounded.js';
import { failureOf } from './failure.js';
import type { FolderScan, FoundModel } from './found.js';
import { entriesOf } from './list-folder.js';
import { type Folder, type Resolved, resolveEntry } from './resolve-entry.js';
import { scanModel } from './scan-model.js';
import type { ScanOptions } from './scan-options.js';

const log = loggerOf('repository::scan');

interface Root {
  readonly folder: Folder;
  readonly id: string;
  readonly entries: readonly Dirent[];
}

/**
 * What there is in a repository now. Reads only what changed since `previous`, and loads nothing. Whatever is wrong on
 * disk is a fault in the answer; rejects with the signal's reason alone.
 *
 * @param root absolute
 * @param only the one model to be looked at, whatever a client calls it; all others are then as they were
 */
export async function scanFolder(
  root: string,
  options: ScanOptions,
  previous: FolderScan | null,
  only: string | null = null,
): Promise<FolderScan> {
  options.signal?.throwIfAborted();
  const opened = await openRoot(root, previous);
  if ('fault' in opened) {
    return { ...(previous ?? NOTHING), rootFault: opened.fault, scannedAt: options.clock.epochMs() };
  }
  const known = new Map(previous?.models.map((model) => [model.name, model]));
  const entries = opened.entries.filter(({ name }) => only === null || name === only);
  const passedOver: string[] = [];
  const found = await mapBounded(entries, options.concurrency, async (entry) => {
    const resolved = await resolveEntry(opened.folder, entry);
    const { name } = entry;
    if (isNoModel(entry, resolved)) passedOver.push(name);
    else return scanModel({ name, path: join(root, name) }, resolved, known.get(name), options);
    return null;
  });
  const others = only === null ? [] : [...known.values()].filter(({ name }) => name !== only);
  if (only === null) tellIgnored(root, passedOver, previous);
  return {
    models: [...others, ...found.filter((model) => model !== null)].sort(byName),
    rootFault: null,
    rootId: opened.id,
    ignored: only === null ? passedOver.sort() : (previous?.ignored ?? []),
    scannedAt: options.clock.epochMs(),
  };
}

const NOTHING: FolderScan = { models: [], rootFault: null, rootId: '', ignored: [], scannedAt: 0 };

async function openRoot(
  root: string,
  previous: FolderScan | null,
): Promise<Root | { readonly fault: string }> {
  try {
    const real = await realpath(root);
    const { dev, ino } = await stat(real, { bigint: true });
    const id = `${dev} ${ino}`;
    const folder = { real, shown: '', above: [] };
    const entries = await entriesOf(folder);
    return isUnmounted(id, entries, previous)
      ? {
          fault: `the model repository ${root} is empty, and another folder than before: is its volume mounted?`,
        }
      : { folder, id, entries };
  } catch (thrown) {
    return { fault: `the model repository ${root} cannot be read: ${failureOf(thrown)}` };
  }
}

/** Where a volume is taken away, the empty folder that it was mounted on shows again. Nobody removed the models. */
function isUnmounted(id: string, entries: readonly Dirent[], previous: FolderScan | null): boolean {
  return entries.length === 0 && previous !== null && previous.models.length > 0 && previous.rootId !== id;
}

function tellIgnored(root: string, ignored: readonly string[], previous: FolderScan | null): void {
  for (const name of ignored) {
    if (previous?.ignored.includes(name)) continue;
    const isModel = /\.(onnx|tflite)$/i.test(name);
    if (isModel)
      log.warn(`${name} lies in the model repository ${root} itself; expected it in <model>/<version>/`);
    else log.debug(`passed over ${name} in the model repository ${root}: it is no folder`);
  }
}

/** A link that leads nowhere was meant for something; a pipe was not. */
function isNoModel(entry: Dirent, { kind }: Resolved): boolean {
  return kind === 'file' || (kind === 'fault' && !entry.isSymbolicLink());
}

function byName(a: FoundModel, b: FoundModel): number {
  return a.name < b.name ? -1 : 1;
}
