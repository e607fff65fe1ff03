import type { VersionPolicy } from '#serving/serving.js';

/** As Triton prints its ModelVersionPolicy, whose versions are numbers of 64 bits: others have no place in it. */
export function versionPolicyConfig(policy: VersionPolicy): object {
  switch (policy.kind) {
    case 'all':
      return { all: {} };
    case 'latest':
      return { latest: { num_versions: policy.count } };
    case 'specific':
      return {
        specific: { versions: policy.versions.filter((version) => /^\d{1,15}$/.test(version)).map(Number) },
      };
  }
}
