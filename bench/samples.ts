import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The path of a bundled sample. */
export function samples(name: string): string {
  return fileURLToPath(new URL(`../../samples/${name}`, import.meta.url));
}

/** A model configuration in a temporary folder that serves one file as `model`; `keys` are further keys of its entry. */
export function configFile(model: string, keys: Readonly<Record<string, string | number>>): string {
  return configFileOf({ model }, keys);
}

/** The same for several files, each under its name. */
export function configFileOf(
  models: Readonly<Record<string, string>>,
  keys: Readonly<Record<string, string | number>>,
): string {
  return configFileOfEntries(Object.entries(models).map(([name, model]) => ({ name, model, ...keys })));
}

/** A model of a configuration: its name, its file, and further keys. */
export interface ModelEntry {
  readonly name: string;
  readonly model: string;
  readonly [key: string]: unknown;
}

/** The same for models whose keys differ. */
export function configFileOfEntries(models: readonly ModelEntry[]): string {
  const entries = models.map(({ model, ...keys }) => {
    const path = model.startsWith('/') ? model : samples(`data/${model}`);
    return { version: '1', platform: 'cpu', model: path, ...keys };
  });
  return temporaryFile('models.json', JSON.stringify({ model_config_list: entries }));
}

/** The path of a new file with these contents. It goes when the benchmark does. */
export function temporaryFile(name: string, contents: string | Uint8Array): string {
  const file = join(temporaryFolder(), name);
  writeFileSync(file, contents);
  return file;
}

/** A folder that goes when the benchmark does. */
export function temporaryFolder(): string {
  if (folders.length === 0) process.once('exit', removeFolders);
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-bench-'));
  folders.push(folder);
  return folder;
}

const folders: string[] = [];

function removeFolders(): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}
