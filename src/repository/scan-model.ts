import type { Dirent } from 'node:fs';
import { join } from 'node:path';
import { nameFault } from '#config/values.js';
import { loggerOf } from '#core/log.js';
import { newestFirst } from '#lifecycle/lookup.js';
import { failureOf, isGone } from './failure.js';
import type { FoundFile, FoundModel, FoundVersion } from './found.js';
import { entriesOf, filesBelow, type Listed } from './list-folder.js';
import { lookAtFile } from './look-at-file.js';
import { lookAtFiles, manifestOf } from './manifest.js';
import { type Folder, type Resolved, resolveEntry } from './resolve-entry.js';
import type { ScanOptions } from './scan-options.js';

const log = loggerOf('repository::scan');

/** As Triton: anything else, `01` too, is no version. */
const VERSION = /^[1-9]\d*$/;
/** What the configuration may name files of. Source: Triton's `model_warmup` and `initial_state`. */
const DATA_FOLDERS: ReadonlySet<string> = new Set(['warmup', 'initial_state']);
const CONFIG_FILE = 'config.pbtxt';
const LOOSE_MODEL = /^[^/]+\.(onnx|tflite)(\/model\.onnx)?$/i;
/** What a model is called whose file lies in the model folder itself. */
const LOOSE_VERSION = '1';

/** A folder in the repository's root. */
export interface ModelFolder {
  readonly name: string;
  /** Absolute, as it was given. */
  readonly path: string;
}

/** What the entries of a model folder are taken for. */
interface Parts {
  readonly config: Listed[];
  readonly beside: Listed[];
  readonly versions: { readonly version: string; readonly resolved: Resolved }[];
  readonly ignored: string[];
}

/**
 * Looks at a model folder, or answers null if it is gone. What is wrong is the fault of the smallest thing concerned;
 * rejects with the signal's reason alone.
 */
export async function scanModel(
  { name, path }: ModelFolder,
  resolved: Resolved,
  before: FoundModel | undefined,
  options: ScanOptions,
): Promise<FoundModel | null> {
  options.signal?.throwIfAborted();
  const asBefore = (fault: string): FoundModel => ({
    ...(before ?? nothing(name, path)),
    fault,
    isMissing: false,
  });
  if (resolved.kind === 'fault') return asBefore(resolved.fault);
  if (resolved.kind === 'file') return asBefore(`${name} is a file; expected a folder`);
  const badName = nameFault(name) ?? encodingFault(name);
  if (badName !== null) return asBefore(badName);
  let entries: readonly Dirent[];
  try {
    entries = await entriesOf(resolved.folder);
  } catch (thrown) {
    return isGone(thrown) ? null : asBefore(`the folder ${name} cannot be read: ${failureOf(thrown)}`);
  }
  if (entries.length > options.maxEntries) {
    return asBefore(`the folder ${name} has more than ${options.maxEntries} entries`);
  }
  const parts = await sortEntries(resolved.folder, entries, options);
  for (const ignored of parts.ignored) {
    if (!before?.ignored.includes(ignored))
      log.debug(`passed over ${name}/${ignored}: it is no version folder`);
  }
  const found = await lookAtFiles(parts.beside, before?.beside, options);
  const [config] = parts.config;
  return {
    name,
    folder: path,
    configFile: config ? await lookAtFile(config, before?.configFile ?? undefined, options) : null,
    beside: manifestOf(found),
    versions:
      parts.versions.length > 0
        ? await versionsOf({ name, path }, parts.versions, before, options)
        : looseVersions({ name, path }, found),
    ignored: parts.ignored,
    fault: null,
    isMissing: false,
  };
}

async function sortEntries(folder: Folder, entries: readonly Dirent[], options: ScanOptions): Promise<Parts> {
  const parts: Parts = { config: [], beside: [], versions: [], ignored: [] };
  for (const entry of entries) {
    const { name } = entry;
    const resolved = await resolveEntry(folder, entry);
    const file = listedOf(name, folder, resolved);
    if (name === CONFIG_FILE) parts.config.push(file);
    else if (VERSION.test(name) && resolved.kind !== 'file') parts.versions.push({ version: name, resolved });
    else if (resolved.kind !== 'folder') parts.beside.push(file);
    else if (DATA_FOLDERS.has(name) || LOOSE_MODEL.test(name)) {
      for (const below of await filesBelow(resolved.folder, options)) {
        parts.beside.push({ ...below, path: `${name}/${below.path}` });
      }
    } else parts.ignored.push(name);
  }
  return parts;
}

function listedOf(name: string, folder: Folder, resolved: Resolved): Listed {
  const shown = `${folder.shown}/${name}`;
  if (resolved.kind === 'file') return { path: name, shown, real: resolved.real, fault: null };
  const fault = resolved.kind === 'fault' ? resolved.fault : `${shown} is a folder; expected a file`;
  return { path: name, shown, real: null, fault };
}

async function versionsOf(
  model: ModelFolder,
  found: Parts['versions'],
  before: FoundModel | undefined,
  options: ScanOptions,
): Promise<readonly FoundVersion[]> {
  const byName = new Map(found.map(({ version, resolved }) => [version, resolved]));
  const versions: FoundVersion[] = [];
  for (const version of [...newestFirst([...byName.keys()])].reverse()) {
    const resolved = byName.get(version);
    const known = before?.versions.find((each) => each.version === version);
    const listed = await filesOf(resolved, options);
    const manifest = manifestOf(await lookAtFiles(listed, known, options));
    const shown = `${model.name}/${version}`;
    versions.push({ version, shown, folder: join(model.path, version), ...manifest, isMissing: false });
  }
  return versions;
}

/** A folder that cannot be entered is listed as its own fault. */
async function filesOf(resolved: Resolved | undefined, options: ScanOptions): Promise<readonly Listed[]> {
  if (resolved?.kind === 'folder') return filesBelow(resolved.folder, options);
  const fault = resolved?.kind === 'fault' ? resolved.fault : 'expected a folder';
  return [{ path: '', shown: '', real: null, fault }];
}

/** A model file without a version folder is version 1, as KServe and MLServer have it. */
function looseVersions(
  { name, path: folder }: ModelFolder,
  beside: readonly FoundFile[],
): readonly FoundVersion[] {
  if (!beside.some(({ path }) => LOOSE_MODEL.test(path))) return [];
  const files = beside.filter(({ path }) => !DATA_FOLDERS.has(path.split('/')[0] ?? ''));
  return [{ version: LOOSE_VERSION, shown: name, folder, ...manifestOf(files), isMissing: false }];
}

/** A name that is not UTF-8 cannot be spelt to the system again. */
function encodingFault(name: string): string | null {
  return name.includes('\uFFFD') ? `the name of the folder ${name} is not valid UTF-8` : null;
}

function nothing(name: string, folder: string): FoundModel {
  return {
    name,
    folder,
    configFile: null,
    beside: manifestOf([]),
    versions: [],
    ignored: [],
    fault: null,
    isMissing: false,
  };
}
