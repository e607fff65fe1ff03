import { Buffer } from 'node:buffer';
import type { IndexEntry } from '#serving/serving.js';
import { type JsonSchema, objectSchema } from './definition.js';

/** The repository index as Triton prints it: no `reason` where there is none, and no `version` where none is known. */
export function encodeIndex(entries: readonly IndexEntry[], readyOnly: boolean): Buffer {
  const shown = entries.filter((entry) => !readyOnly || entry.state === 'READY');
  return Buffer.from(
    JSON.stringify(
      shown.map(({ name, version, state, reason }) => ({
        name,
        ...(version === '' ? {} : { version }),
        state,
        ...(reason === '' ? {} : { reason }),
      })),
    ),
  );
}

export const INDEX: JsonSchema = {
  title: 'RepositoryIndex',
  type: 'array',
  items: objectSchema(
    {
      name: { type: 'string' },
      version: { type: 'string' },
      state: {
        type: 'string',
        enum: ['UNAVAILABLE', 'LOADING', 'READY', 'UNLOADING'] satisfies IndexEntry['state'][],
      },
      reason: { type: 'string', description: 'Why it is so, where there is more to say.' },
    },
    ['name', 'state'],
  ),
};
