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
  const path = model.startsWith('/') ? model : samples(`data/${model}`);
  const entry = { name: 'model', version: '1', platform: 'cpu', model: path, ...keys };
  const file = join(temporaryFolder(), 'models.json');
  writeFileSync(file, JSON.stringify({ model_config_list: [entry] }));
  return file;
}

/** A folder that goes when the benchmark does. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
