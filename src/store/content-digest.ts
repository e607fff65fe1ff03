import { createHash } from 'node:crypto';
import { Crc32c } from './crc32c.js';
import type { Checksum, ChecksumAlgorithm } from './object-store.js';

interface Running {
  update(bytes: Uint8Array): unknown;
  hex(): string;
}

/** What contents come to: their SHA-256 always, and whatever else their store tells of them. */
export class ContentDigest {
  readonly #running = new Map<ChecksumAlgorithm, Running>();

  /** `byteLength` is that of the whole, which git hashes, too. */
  constructor(algorithm: ChecksumAlgorithm | null, byteLength: number | null) {
    this.#running.set('sha256', hashOf('sha256'));
    if (algorithm === null || algorithm === 'sha256') return;
    if (algorithm === 'git-blob' && byteLength === null) return;
    this.#running.set(algorithm, runningOf(algorithm, byteLength ?? 0));
  }

  update(bytes: Uint8Array): void {
    for (const running of this.#running.values()) running.update(bytes);
  }

  /** Ends it: nothing may be added or compared afterwards but by what this answers. */
  finish(): ReadonlyMap<ChecksumAlgorithm, string> {
    return new Map([...this.#running].map(([algorithm, running]) => [algorithm, running.hex()]));
  }
}

/** Why contents are not what the store says, or null. What was not computed cannot be compared. */
export function mismatchOf(
  found: ReadonlyMap<ChecksumAlgorithm, string>,
  told: Checksum | null,
): string | null {
  const hex = told === null ? undefined : found.get(told.algorithm);
  if (told === null || hex === undefined || hex === told.hex) return null;
  return `the ${told.algorithm} of what came is ${hex}, and the store says ${told.hex}`;
}

function runningOf(algorithm: Exclude<ChecksumAlgorithm, 'sha256'>, byteLength: number): Running {
  switch (algorithm) {
    case 'md5':
      return hashOf('md5');
    case 'crc32c':
      return new Crc32c();
    case 'git-blob': {
      const hash = hashOf('sha1');
      hash.update(new TextEncoder().encode(`blob ${byteLength}\0`));
      return hash;
    }
  }
}

function hashOf(name: string): Running {
  const hash = createHash(name);
  return { update: (bytes) => hash.update(bytes), hex: () => hash.digest('hex') };
}
