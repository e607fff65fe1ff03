import assert from 'node:assert/strict';

/**
 * Looks until what is seen is as wanted, and answers it. The number of looks is bounded, so that what never comes is a
 * failure that shows what was seen last. Each look must take a turn of the event loop, as a request does.
 */
export async function eventually<T>(
  look: () => Promise<T>,
  isWanted: (seen: T) => boolean,
  tries = 2000,
): Promise<T> {
  let seen = await look();
  for (let i = 1; i < tries && !isWanted(seen); i++) seen = await look();
  assert.ok(isWanted(seen), `not within ${tries} looks; seen last: ${JSON.stringify(seen)}`);
  return seen;
}
