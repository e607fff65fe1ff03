import { createHash } from 'node:crypto';
import type { FoundFile, Manifest } from './found.js';
import type { Listed } from './list-folder.js';
import { lookAtFile } from './look-at-file.js';
import type { ScanOptions } from './scan-options.js';

/** Looks at all listed files, one after the other. Rejects with the signal's reason alone. */
export async function lookAtFiles(
  listed: readonly Listed[],
  before: Manifest | undefined,
  options: ScanOptions,
): Promise<readonly FoundFile[]> {
  const known = new Map(before?.files.map((file) => [file.path, file]));
  const files: FoundFile[] = [];
  for (const each of listed) files.push(await lookAtFile(each, known.get(each.path), options));
  return files;
}

/** The files as one. Any fault among them is that of all: half of a model must not be loaded. */
export function manifestOf(found: readonly FoundFile[]): Manifest {
  const files = [...found].sort((a, b) => (a.path < b.path ? -1 : 1));
  const fault = files.find((file) => file.fault !== null)?.fault ?? null;
  if (fault !== null) return { files, revision: '', fault };
  const lines = JSON.stringify(files.map(({ path, revision }) => [path, revision]));
  return { files, revision: createHash('sha256').update(lines).digest('hex'), fault: null };
}
