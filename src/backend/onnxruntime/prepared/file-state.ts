import { type BigIntStats, readFileSync } from 'node:fs';

/**
 * What tells one state of a file from the next without reading it: nobody writes to a file and leaves all of it as it was,
 * while the same system runs. Null where the system does not tell which start of it this is.
 */
export function fileStateOf(found: BigIntStats): string | null {
  const boot = bootId();
  if (boot === null) return null;
  const { dev, ino, size, mtimeNs, ctimeNs } = found;
  return [boot, dev, ino, size, mtimeNs, ctimeNs].join(' ');
}

/** Drawn anew by the kernel each time it starts: what was on its way to the disk when the power went may be lost. */
function bootId(): string | null {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return null;
  }
}
