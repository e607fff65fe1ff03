import type { ApiCategory } from '#core/api-category.js';
import { clip } from '#core/clip.js';
import { ServingError } from '#core/errors.js';
import type { Policy } from './policy.js';

/** Nobody known, where somebody is needed. */
export function credentialNeeded(
  { keys, tokens, certificates }: Pick<Policy, 'keys' | 'tokens' | 'certificates'>,
  category: ApiCategory,
): ServingError {
  const ways = [
    keys.length > 0 && "an API key ('Authorization: Bearer' or 'X-API-Key')",
    tokens !== null && "a token ('Authorization: Bearer')",
    certificates.length > 0 && 'a client certificate',
  ].filter((way) => way !== false);
  const how = ways.length === 0 ? ', and nobody has one' : `: ${ways.join(', or ')}`;
  return new ServingError('UNAUTHENTICATED', `a credential is needed for '${category}'${how}`);
}

/** What was shown is not right. */
export function notValid(sentence: string): ServingError {
  return new ServingError('UNAUTHENTICATED', sentence);
}

/** What was shown was right when the call began. */
export function noLongerKnown(name: string): ServingError {
  return new ServingError('UNAUTHENTICATED', `the credential of '${name}' is no longer valid`);
}

/** Somebody known who may not do this. */
export function notAllowed(
  name: string,
  category: ApiCategory,
  model: string | null | undefined,
): ServingError {
  const what =
    model === undefined ? '' : model === null ? ' of all models together' : ` of the model '${clip(model)}'`;
  return new ServingError('PERMISSION_DENIED', `'${name}' may not use '${category}'${what}`);
}
