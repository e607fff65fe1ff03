import type { Restriction } from '#access/restriction.js';
import { API_CATEGORIES, type ApiCategory } from '#core/api-category.js';
import { scalar } from './scalars.js';
import type { Schema } from './schema.js';

const FORM = 'API names, a header and its value, such as model-repository,logging:X-Admin=secret';

/** What Triton restricts; the others have no name there. */
const NAMES: readonly string[] = API_CATEGORIES;

/**
 * Triton's `--http-restricted-api=<api>,<api>:<header>=<value>`, or several of them with commas between. What was found is never
 * repeated: it has a secret in it.
 */
export const restrictedApi: Schema<readonly Restriction[]> = scalar(FORM, (text) => {
  const restrictions: Restriction[] = [];
  let names: string[] = [];
  for (const word of text.split(',')) {
    const [, name = word, header, value] = /^([^:=]+):([^=]+)=(.+)$/s.exec(word) ?? [];
    names.push(name.trim());
    if (header === undefined || value === undefined) continue;
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(header))
      return { fault: `expected ${FORM}; the header has no valid name` };
    const unknown = names.filter((each) => !NAMES.includes(each));
    if (unknown.length > 0) return { fault: `expected ${FORM}; the APIs are ${NAMES.join(', ')}` };
    const twice = restrictions.some(({ categories }) => categories.some((each) => names.includes(each)));
    if (twice) return { fault: 'an API is restricted twice; expected each of them once' };
    restrictions.push({ categories: names as ApiCategory[], header, value });
    names = [];
  }
  return names.length > 0 ? { fault: `expected ${FORM}` } : { value: restrictions };
});
