import { copyFile, link, open, symlink } from 'node:fs/promises';
import { dirname, relative } from 'node:path';
import { messageOf, ServingError } from '#core/errors.js';
import { formatBytes } from '#core/format-bytes.js';

/** Whether a failure is one of the file system's, by Node's form of it. */
export function isDiskFault(thrown: unknown): thrown is NodeJS.ErrnoException {
  return thrown instanceof Error && 'code' in thrown && 'syscall' in thrown;
}

/** What a failing disk means for the one who wanted something kept. `byteLength` is how much that was. */
export function diskErrorOf(
  thrown: NodeJS.ErrnoException,
  what: string,
  folder: string,
  byteLength: number | null,
): ServingError {
  const size = byteLength === null ? '' : ` (${formatBytes(byteLength)})`;
  const kept = `${what}${size} cannot be kept in the cache ${folder}`;
  switch (thrown.code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return unavailable(
        `${kept}: the disk is full; make room there, or give the cache another folder`,
        thrown,
      );
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return unavailable(`${kept}: this process may not write there (${thrown.code})`, thrown);
    default:
      return unavailable(`${kept}: ${messageOf(thrown)}`, thrown);
  }
}

function unavailable(message: string, cause: unknown): ServingError {
  return new ServingError('UNAVAILABLE', message, { cause });
}

/** Makes the entries of a folder outlive a loss of power, where the file system can do that. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => null);
  await handle?.sync().catch(() => {});
  await handle?.close();
}

/**
 * The file under another name: the same one where the file system has hard links, else a link to it, else a copy.
 * `finalPath` is where the new name is going to be moved to.
 */
export async function linkOrCopy(from: string, to: string, finalPath: string): Promise<void> {
  try {
    await link(from, to);
  } catch (thrown) {
    if (!NO_HARD_LINKS.includes((thrown as NodeJS.ErrnoException).code ?? '')) throw thrown;
    // Relative, for others may have the cache at another place.
    await symlink(relative(dirname(finalPath), from), to).catch(() => copyFile(from, to));
  }
}

const NO_HARD_LINKS: readonly string[] = ['EPERM', 'ENOSYS', 'ENOTSUP', 'EOPNOTSUPP', 'EXDEV', 'EMLINK'];
