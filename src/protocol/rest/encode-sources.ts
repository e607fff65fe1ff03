import type { SourceState } from '#serving/serving.js';
import { type JsonSchema, objectSchema, orNull } from './definition.js';
import { COUNT } from './tensor-schema.js';

/** The places that models come from, an addition of ours to the repository extension. */
export function encodeSources(sources: readonly SourceState[]): readonly object[] {
  return sources.map(({ name, isUp, fault, models, lastSeenMs }) => ({
    name,
    up: isUp,
    fault,
    models,
    last_seen_ms: lastSeenMs,
  }));
}

export const SOURCES: JsonSchema = {
  title: 'RepositorySources',
  type: 'array',
  items: {
    title: 'RepositorySource',
    ...objectSchema({
      name: { type: 'string', description: 'For people.' },
      up: { type: 'boolean', description: 'Whether it could be looked at the last time.' },
      fault: { ...orNull({ type: 'string' }), description: 'Why it could not.' },
      models: { ...COUNT, description: 'Models that it had when it could be looked at last.' },
      last_seen_ms: {
        ...orNull(COUNT),
        description: 'When that was, in milliseconds since 1970; null where it never could.',
      },
    }),
  },
};
