import { readFile } from 'node:fs/promises';

/** The SHA-256 that the contents of an object have, by its entry in the index; empty where that is damaged or not there. */
export async function readIndexEntry(path: string): Promise<string> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return /^[0-9a-f]{64}(?=\n)/.exec(text)?.[0] ?? '';
}

/** What an entry of the index has in it. The second line is for people. */
export function indexEntryOf(sha256: string, shown: string): string {
  return `${sha256}\n${shown}\n`;
}
