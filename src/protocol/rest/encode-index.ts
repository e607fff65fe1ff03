import { Buffer } from 'node:buffer';
import type { IndexEntry } from '#serving/serving.js';

/** The repository index as Triton prints it: no `reason` where there is none. */
export function encodeIndex(entries: readonly IndexEntry[], readyOnly: boolean): Buffer {
  const shown = entries.filter((entry) => !readyOnly || entry.state === 'READY');
  return Buffer.from(
    JSON.stringify(
      shown.map(({ name, version, state, reason }) => ({
        name,
        version,
        state,
        ...(reason === '' ? {} : { reason }),
      })),
    ),
  );
}
