import { Buffer } from 'node:buffer';
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ApiKey } from './policy.js';

/** What every key of ours begins with, so that it is found where it should not be: in a repository, in a log. */
export const KEY_PREFIX = 'fsk_';

const KEY_BYTES = 32;

/** A new key of 256 bits, to be shown once. */
export function newApiKey(): string {
  return `${KEY_PREFIX}${randomBytes(KEY_BYTES).toString('base64url')}`;
}

/** The SHA-256 of a key, in hexadecimal digits. */
export function hashOfKey(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}

/** The key that this is; null for none. Takes the same time whichever it is, and however much of it is right. */
export function findKey(keys: readonly ApiKey[], secret: string): ApiKey | null {
  const digest = createHash('sha256').update(secret).digest();
  let found: ApiKey | null = null;
  for (const key of keys) {
    if (timingSafeEqual(digest, Buffer.from(key.sha256, 'hex'))) found = key;
  }
  return found;
}

/** Whether two texts are the same. Takes the same time however much of them is. */
export function isSameSecret(one: string, other: string): boolean {
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
