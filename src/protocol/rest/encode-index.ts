import { Buffer } from 'node:buffer';
import type { IndexEntry } from '#serving/serving.js';
import { type JsonSchema, objectSchema } from './definition.js';

/** The repository index as Triton prints it, with labels: no `reason`, `labels` or `version` where there is none. */
export function encodeIndex(entries: readonly IndexEntry[], readyOnly: boolean): Buffer {
  const shown = entries.filter((entry) => !readyOnly || entry.state === 'READY');
  return Buffer.from(
    JSON.stringify(
      shown.map(({ name, version, state, reason, labels }) => ({
        name,
        ...(version === '' ? {} : { version }),
        state,
        ...(reason === '' ? {} : { reason }),
        ...(labels.length === 0 ? {} : { labels }),
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
      labels: {
        type: 'array',
        items: { type: 'string' },
        description: 'Other names of the version, where it has some.',
      },
    },
    ['name', 'state'],
  ),
};
