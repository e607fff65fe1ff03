import { isAbsolute, relative, resolve } from 'node:path';
import type { Policy } from '#access/policy.js';
import { systemClock } from '#core/clock.js';
import type { DeviceOptions } from '#device/options.js';
import { readAuthFile } from './auth-file.js';
import { checkTls } from './check-tls.js';
import { composeDevices, composeSettings, USUAL_CACHE } from './compose.js';
import { checkTrace } from './compose-trace.js';
import { type ConfigFile, readGivenFile } from './config-file.js';
import { deviceDefault } from './device-default.js';
import { type Environment, type Given, type GivenOptions, readOptions } from './given.js';
import { modelList } from './model-entry.js';
import { chooseModelSource } from './model-source.js';
import { type LocatedEntry, offerModels } from './offer-models.js';
import type { Flags } from './option-values.js';
import { withLabels } from './output-labels.js';
import { isAddress, locate } from './paths.js';
import { readRegistry } from './registry.js';
import { Report } from './report.js';
import { EMPTY_SERVER_FILE, type ServerFile, serverFile } from './server-file.js';
import type { Settings } from './settings.js';

export interface LoadInput {
  readonly flags: Flags;
  readonly env: Environment;
  /** Absolute. */
  readonly cwd: string;
  /** Whether this host has NPU device files: it decides what models without a platform run on. */
  readonly hostHasNpu: boolean;
  /** What the server calls its version unless the server file says otherwise. */
  readonly productVersion: string;
}

/**
 * Flags, environment, files and defaults, in that order of precedence, as one frozen value. Throws ConfigError with
 * everything that is wrong. Model files are named, not opened: a missing one is found by whoever loads it. Files of labels
 * are read here.
 */
export function loadSettings({ flags, env, cwd, hostHasNpu, productVersion }: LoadInput): Settings {
  const report = new Report();
  const given = readOptions(flags, env, report);
  const serverConfig = readGivenFile(given.serverConfig, cwd, report);
  const file = given.serverConfig ? readServerFile(serverConfig, report) : EMPTY_SERVER_FILE;
  // A server file that cannot be read might have named models, so nothing can be said to be missing.
  const isServed = file === null || file.registry !== null || given.modelRepository !== null;
  const source = chooseModelSource(given, isServed, report);
  const problemsBefore = report.problems.length;
  const modelConfig = readGivenFile(source.list, cwd, report);
  const lists = modelConfig ? [modelConfig] : [];
  if (file?.registry) {
    const folder = locate(file.registry.root, serverConfig?.folder ?? cwd, cwd);
    const known = new Set(lists.map(({ identity }) => identity));
    lists.push(
      ...readRegistry({ folder, shown: shownPath(folder, cwd), place: file.registry.place }, known, report),
    );
  }
  const areListsRead = file !== null && report.problems.length === problemsBefore;
  const entries = lists.flatMap((list) => readEntries(list, cwd, report));
  const isWhole = areListsRead && entries.length === lists.reduce((sum, list) => sum + writtenIn(list), 0);
  if (source.single) {
    entries.unshift({
      entry: source.single,
      locate: (path) => (isAddress(path) ? path : resolve(cwd, path)),
      outputs: [],
    });
  }
  const defaults = {
    devices: deviceDefault(env, hostHasNpu, report),
    strict: given.strict?.value ?? file?.strict ?? false,
    threads: given.threads?.value ?? null,
    wall: given.isolation?.value ?? file?.isolation ?? 'thread',
  };
  const policy = readPolicy(given.authConfig, cwd, report);
  const models = offerModels({ entries, isWhole, defaults }, report);
  if (file !== null) {
    checkTrace(given, file, report);
    checkRedis(given, file, report);
    checkTls({ given, file, fileFolder: serverConfig?.folder ?? null, cwd }, systemClock.epochMs(), report);
  }
  report.throwIfAny();
  const settings = composeSettings({
    given,
    file: file ?? EMPTY_SERVER_FILE,
    policy,
    fileFolder: serverConfig?.folder ?? null,
    cwd,
    productVersion,
    env,
  });
  const cache = settings.cache ?? (models.some(({ isCached }) => isCached) ? USUAL_CACHE : null);
  return deepFreeze({ ...settings, cache, models, modelDefaults: defaults, warnings: [...report.warnings] });
}

/**
 * Only where devices are looked for, as flags, environment and server file say, so that it can be found out whether
 * the host has an NPU. Throws ConfigError with everything that is wrong in these.
 */
export function loadDeviceOptions({
  flags,
  env,
  cwd,
}: Pick<LoadInput, 'flags' | 'env' | 'cwd'>): DeviceOptions {
  const report = new Report();
  const given = readOptions(flags, env, report);
  const serverConfig = readGivenFile(given.serverConfig, cwd, report);
  const file = given.serverConfig ? readServerFile(serverConfig, report) : EMPTY_SERVER_FILE;
  report.throwIfAny();
  return composeDevices({
    given,
    file: file ?? EMPTY_SERVER_FILE,
    fileFolder: serverConfig?.folder ?? null,
    cwd,
  });
}

/** Null where no file is given, or after reporting why it cannot be used. */
function readPolicy(given: Given<string> | null, cwd: string, report: Report): Policy | null {
  const file = readGivenFile(given, cwd, report);
  return file && readAuthFile(file, cwd, report);
}

/** A file may say everything but the host, and an option the host. */
function checkRedis(given: GivenOptions, file: ServerFile, report: Report): void {
  const option = given.cacheConfig?.value?.redis ?? null;
  const written = file.cache?.redis ?? null;
  const place = (option ?? written)?.place;
  if (place === undefined || (option?.host ?? written?.host ?? null) !== null) return;
  report.problem(place, 'missing host; expected the name or address of the Redis server');
}

/** Null after reporting why it cannot be used. A file with nothing in it says nothing, and that is allowed. */
function readServerFile(config: ConfigFile | null, report: Report): ServerFile | null {
  if (config === null) return null;
  if (config.spot.node.kind === 'null') return EMPTY_SERVER_FILE;
  return serverFile.read(config.spot, report) ?? null;
}

function readEntries(list: ConfigFile, cwd: string, report: Report): readonly LocatedEntry[] {
  const entries = modelList.read(list.spot, report) ?? [];
  return entries.map((entry) => ({
    entry,
    locate: (path) => locate(path, list.folder, cwd),
    outputs: entry.outputs.map((output) => withLabels(output, list.folder, cwd, report)),
  }));
}

/** How many models a list means to describe, whether or not they could be read. */
function writtenIn({ spot: { node } }: ConfigFile): number {
  const list = node.kind === 'map' ? node.entries.get('model_config_list')?.value : undefined;
  return list?.kind === 'list' ? list.items.length : 0;
}

/** Short where the path lies below the working directory. */
function shownPath(path: string, cwd: string): string {
  const below = relative(cwd, path);
  return below.startsWith('..') || isAbsolute(below) ? path : below;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
