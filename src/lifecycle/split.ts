import type { Traffic } from './traffic.js';

/** A share of the whole; weights need not add up to anything. */
export interface Share {
  readonly version: string;
  readonly weight: number;
}

/** The n-th multiple of it falls into each part of 0 to 1 as often as the part is long, at any n: Weyl's sequence. */
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/** Where the n-th of many lies between 0 and 1, so that any number of them in a row are spread evenly. */
export function placeOf(turn: number): number {
  return (turn * GOLDEN) % 1;
}

/**
 * Whether the n-th of many is one of so many percent: each time that they add up to another whole one. That has a period and
 * `placeOf` has none, so of each share as many percent are copied.
 */
export function isCopied(turn: number, percent: number): boolean {
  return Math.floor(((turn + 1) * percent) / 100) > Math.floor((turn * percent) / 100);
}

/** Where something that must always go the same way lies between 0 and 1 (FNV-1a over its characters). */
export function placeOfKey(key: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < key.length; i++) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193);
  return placeOf(hash >>> 0);
}

/** Whose share the place between 0 and 1 falls into; null where there is none with a weight. */
export function shareAt(shares: readonly Share[], place: number): string | null {
  const whole = shares.reduce((sum, { weight }) => sum + weight, 0);
  let left = place * whole;
  for (const { version, weight } of shares) {
    if (left < weight) return version;
    left -= weight;
  }
  return shares.findLast(({ weight }) => weight > 0)?.version ?? null;
}

/**
 * Those of some versions that may get requests that name no version, in the order of the versions, with their shares: all but the
 * shadow or, where requests are shared out, those with a weight.
 *
 * @param versionOf the version that a version or a label means; null where there is none
 */
export function candidatesOf(
  versions: readonly string[],
  { split, shadow }: Traffic,
  versionOf: (name: string) => string | null,
): readonly Share[] {
  const shadowVersion = shadow === null ? null : versionOf(shadow.version);
  const weights = new Map(Object.entries(split ?? {}).map(([name, weight]) => [versionOf(name), weight]));
  return versions
    .filter((version) => version !== shadowVersion)
    .map((version) => ({ version, weight: split === null ? 1 : (weights.get(version) ?? 0) }))
    .filter(({ weight }) => weight > 0);
}
