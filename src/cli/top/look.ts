import { READ_LIMIT_MS } from '#cli/ask-server.js';
import type { CommandFailure } from '#cli/command-failure.js';
import { decoded, type ManagedServer, tell } from '#cli/models/managed-server.js';
import { decodeSample, type Sample } from './sample.js';

/** What has been seen of the server so far. */
export interface Seen {
  /** The look before the last one, or null. */
  readonly before: Sample | null;
  readonly now: Sample | null;
  /** Why the last look saw nothing; null where it saw something. */
  readonly failure: string | null;
}

export const NOTHING_SEEN: Seen = { before: null, now: null, failure: null };

export function afterSample({ now }: Seen, sample: Sample): Seen {
  return { before: now, now: sample, failure: null };
}

/** What was seen last stays in sight. */
export function afterFailure(seen: Seen, { message }: CommandFailure): Seen {
  return { ...seen, failure: message };
}

/** Looks once. Throws CommandFailure where the server is away, or is another kind of server. */
export async function look(server: ManagedServer, signal?: AbortSignal): Promise<Sample> {
  const question = { method: 'GET', path: 'v2/live', limitMs: READ_LIMIT_MS, isFirstEvent: true } as const;
  return decoded(server, await tell(server, { ...question, ...(signal && { signal }) }), decodeSample);
}
