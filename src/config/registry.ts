import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { type ConfigFile, identityOf } from './config-file.js';
import { readDocument } from './document.js';
import type { Place } from './problem.js';
import { Report } from './report.js';
import { CONFIGURATION, readTextFile, reasonOf } from './text-file.js';

export interface RegistryFolder {
  /** Absolute. */
  readonly folder: string;
  /** As messages name it. */
  readonly shown: string;
  /** What asked for it. */
  readonly place: Place;
}

/**
 * The model lists of a folder: every `*.yaml` and `*.yml` directly in it that has the key model_config_list, by name.
 * Other files belong to somebody else and are passed over, whatever is in them. `known` holds identities of files
 * that were read already.
 */
export function readRegistry(
  registry: RegistryFolder,
  known: ReadonlySet<string>,
  report: Report,
): readonly ConfigFile[] {
  const { folder, shown, place } = registry;
  const files: ConfigFile[] = [];
  for (const name of yamlFilesOf(registry, report)) {
    const path = join(folder, name);
    const identity = identityOf(path);
    if (known.has(identity)) continue;
    const spot = readModelList(path, join(shown, name), report);
    if (spot) files.push({ identity, folder, spot });
  }
  if (files.length === 0 && known.size === 0) {
    report.warning(place, `no *.yaml or *.yml in ${shown} has a model_config_list`);
  }
  return files;
}

function yamlFilesOf({ folder, shown, place }: RegistryFolder, report: Report): readonly string[] {
  try {
    // A mounted ConfigMap is made of symbolic links, so what they lead to counts; pipes could keep us waiting.
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .filter((name) => statSync(join(folder, name), { throwIfNoEntry: false })?.isFile())
      .sort();
  } catch (error) {
    report.problem(place, `the folder ${shown} cannot be read: ${reasonOf(error)}`);
    return [];
  }
}

function readModelList(path: string, shown: string, report: Report): ConfigFile['spot'] | null {
  const read = readTextFile(path, CONFIGURATION);
  if ('fault' in read || !read.text.includes('model_config_list')) return null;
  const findings = new Report();
  const spot = readDocument(read.text, shown, findings);
  const meant = spot
    ? spot.node.kind === 'map' && spot.node.entries.has('model_config_list')
    : /^["']?model_config_list["']?\s*:/m.test(read.text);
  if (!meant) return null;
  report.absorb(findings);
  return spot;
}
