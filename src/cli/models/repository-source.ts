import { READ_LIMIT_MS } from '#cli/ask-server.js';
import type { JsonPlace } from '#cli/json-place.js';
import { decoded, type ManagedServer, tell } from './managed-server.js';

/** A place that models come from and that cannot be looked at. */
export interface AwaySource {
  readonly name: string;
  /** Why it cannot. */
  readonly fault: string;
}

/** Those of a running server; none where the server is too old to tell. */
export async function sourcesThatAreAway(server: ManagedServer): Promise<readonly AwaySource[]> {
  const answer = await tell(server, { method: 'GET', path: 'v2/repository/sources', limitMs: READ_LIMIT_MS });
  return answer.status === 404 ? [] : decoded(server, answer, decodeAway);
}

function decodeAway(answer: JsonPlace): readonly AwaySource[] {
  return answer.list().flatMap((source) => {
    const fault = source.key('fault').orNull((place) => place.text());
    return fault === null ? [] : [{ name: source.key('name').text(), fault }];
  });
}
