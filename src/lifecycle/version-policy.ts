import { newestFirst } from './lookup.js';

/** Which of the versions that there are should be loaded. The policies of Triton. */
export type VersionPolicy =
  | { readonly kind: 'latest'; readonly count: number }
  | { readonly kind: 'all' }
  | { readonly kind: 'specific'; readonly versions: readonly string[] };

export const EVERY_VERSION: VersionPolicy = { kind: 'all' };

/** The chosen among the offered versions, as these are ordered. The latest are the highest numbers; see `newestFirst`. */
export function chosenVersions(offered: readonly string[], policy: VersionPolicy): readonly string[] {
  switch (policy.kind) {
    case 'all':
      return offered;
    case 'latest': {
      const latest = new Set(newestFirst(offered).slice(0, policy.count));
      return offered.filter((version) => latest.has(version));
    }
    case 'specific':
      return offered.filter((version) => policy.versions.includes(version));
  }
}

/** As people write it: `latest(1)`, `all`, `specific(1, 3)`. */
export function policyText(policy: VersionPolicy): string {
  switch (policy.kind) {
    case 'all':
      return 'all';
    case 'latest':
      return `latest(${policy.count})`;
    case 'specific':
      return `specific(${policy.versions.join(', ')})`;
  }
}

/** Versions that a policy names and that are not there. */
export function missingVersions(offered: readonly string[], policy: VersionPolicy): readonly string[] {
  return policy.kind === 'specific' ? policy.versions.filter((version) => !offered.includes(version)) : [];
}
