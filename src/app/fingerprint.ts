import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { modelFiles } from '#backend/model-files.js';
import type { Placement } from '#device/placement.js';
import type { ConfiguredVersion } from '#lifecycle/offer.js';

/** What of an offer changes the answers of the same file. */
export type RunSettings = Pick<ConfiguredVersion, 'batchSize' | 'compiler' | 'engine'>;

/** What of a load does. */
export type RunFacts = Pick<Placement['model']['facts'], 'engine' | 'provider'>;

/**
 * Stands for a loaded model: for the contents of its files, the engine that runs them, and all settings that answers may
 * depend on. Reads the files, in pieces. Rejects where they cannot be read.
 */
export async function fingerprintOf(
  path: string,
  { batchSize, compiler, engine }: RunSettings,
  facts: RunFacts,
): Promise<string> {
  const digests: string[] = [];
  for (const file of modelFiles(path)) digests.push(await digestOf(file));
  const run = [facts.engine, facts.provider, batchSize, compiler, engine];
  return createHash('sha256')
    .update(JSON.stringify([digests, run]))
    .digest('hex');
}

async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(file)) hash.update(piece);
  return hash.digest('hex');
}

/** Changes whenever a file is written or replaced; empty where there is none. */
export async function fileStateOf(path: string): Promise<string> {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = await stat(path);
    return [dev, ino, size, mtimeMs, ctimeMs].join(' ');
  } catch {
    return '';
  }
}
