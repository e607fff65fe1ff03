/** Rules of who may do what, for tests, and the keys to them. */
import { hashOfKey } from '#access/api-key.js';
import { type ApiKey, type Grant, OPEN_TO_ALL, type Policy } from '#access/policy.js';
import type { Settings } from '#config/settings.js';
import { API_CATEGORIES, type ApiCategory } from '#core/api-category.js';

/** The key of whoever is called so. */
export function keyOf(name: string): string {
  return `fsk_the-key-of-${name}-that-nobody-may-read`;
}

/** Somebody with a key, whose one role has its name. */
export function keyHolder(name: string, parts: Partial<ApiKey> = {}): ApiKey {
  return { name, sha256: hashOfKey(keyOf(name)), roles: [name], expiresAtMs: null, ...parts };
}

/** Rules by which everybody named has a key and these grants. */
export function policyOf(
  granted: Readonly<Record<string, readonly Grant[]>>,
  parts: Partial<Policy> = {},
): Policy {
  const keys = Object.keys(granted).map((name) => keyHolder(name));
  return { keys, tokens: null, certificates: [], roles: granted, anonymous: OPEN_TO_ALL, ...parts };
}

/** Whoever may use these parts of the API, for these models. */
export function may(allow: readonly ApiCategory[], models: readonly string[] = ['*']): readonly Grant[] {
  return [{ allow, models }];
}

export const EVERYTHING: readonly Grant[] = may(API_CATEGORIES);

export function allBut(category: ApiCategory): readonly Grant[] {
  return may(API_CATEGORIES.filter((each) => each !== category));
}

/** Settings in which only these rules stand. */
export function accessOf(policy: Policy): Settings['access'] {
  return { policy, http: [], grpc: [] };
}

export function bearer(name: string): Readonly<Record<string, string>> {
  return { authorization: `Bearer ${keyOf(name)}` };
}
