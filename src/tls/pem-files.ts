import { readFileSync, statSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { messageOf } from '#core/errors.js';
import type { TlsOptions } from './options.js';

/** A bundle of every public authority has a quarter of that; a larger file is something else. */
const MAX_BYTES = 1024 * 1024;

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  ENOTDIR: 'a part of its path is not a directory',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
};

/** The text of a file, or why it cannot be had, as the rest of a sentence that begins with the file. */
export function readPem(path: string): { readonly text: string } | { readonly fault: string } {
  try {
    const file = statSync(path);
    if (!file.isFile()) return { fault: 'is not a file' };
    if (file.size > MAX_BYTES) return { fault: `is larger than ${MAX_BYTES} bytes, too large for PEM` };
    return { text: readFileSync(path, 'latin1') };
  } catch (thrown) {
    const { code = '' } = thrown as NodeJS.ErrnoException;
    return { fault: `cannot be read: ${REASONS[code] ?? messageOf(thrown)}` };
  }
}

/** The blocks of one kind, for instance `CERTIFICATE`. */
export function pemBlocks(text: string, label: string): readonly string[] {
  return text.match(new RegExp(`-----BEGIN ${label}-----[^-]+-----END ${label}-----`, 'g')) ?? [];
}

/**
 * A text that is another one when one of the files has changed. What cannot be seen counts as a state, too. Links are followed:
 * Kubernetes exchanges the folder that they lead to.
 */
export async function stampOf({ certFile, keyFile, clientCaFile }: TlsOptions): Promise<string> {
  const stamps = [certFile, keyFile, clientCaFile].map(async (path) => {
    if (path === null) return '';
    try {
      const { dev, ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
      return [dev, ino, size, mtimeNs, ctimeNs].join(':');
    } catch (thrown) {
      return String((thrown as NodeJS.ErrnoException).code);
    }
  });
  return (await Promise.all(stamps)).join(' ');
}
