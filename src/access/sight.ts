import type { Sight } from '#core/access.js';
import type { ApiCategory } from '#core/api-category.js';
import { matchesPattern } from './matches-pattern.js';
import type { Grant } from './policy.js';

/** Which models these grants show in lists of that part of the API. */
export function sightOf(grants: readonly Grant[], category: ApiCategory): Sight {
  const allowing = grants.filter(({ allow }) => allow.includes(category));
  const patterns = [...new Set(allowing.flatMap(({ models }) => models))].sort();
  return {
    key: JSON.stringify(patterns),
    sees: (model) => patterns.some((pattern) => matchesPattern(pattern, model)),
  };
}
