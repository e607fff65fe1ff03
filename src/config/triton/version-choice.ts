import { mapping, wholeList } from '#config/collections.js';
import { integer } from '#config/scalars.js';
import { optional, type Schema } from '#config/schema.js';
import type { VersionPolicy } from '#lifecycle/version-policy.js';

/** Triton's, where nothing is said. */
export const LATEST: VersionPolicy = { kind: 'latest', count: 1 };

const latest: Schema<VersionPolicy> = mapping(
  'a message with the field num_versions',
  { num_versions: optional(integer(1, 2 ** 31 - 1), 'So many, those with the highest numbers.', '1') },
  ({ num_versions }) => ({ kind: 'latest', count: num_versions ?? 1 }),
);

const all: Schema<VersionPolicy> = mapping('an empty message', {}, () => ({ kind: 'all' }));

const specific: Schema<VersionPolicy> = mapping(
  'a message with the field versions',
  { versions: optional(wholeList(integer(0, Number.MAX_SAFE_INTEGER)), 'These and no others.') },
  ({ versions }, at, report) => {
    if (versions !== null) return { kind: 'specific', versions: [...new Set(versions.map(String))] };
    report.problem(at(), 'expected at least one of versions');
    return undefined;
  },
);

/** Triton's `version_policy`; of the three one, or none for the latest. */
export const versionChoice: Schema<VersionPolicy> = mapping(
  'a message with one of latest, all and specific',
  {
    latest: optional(latest, 'The highest numbers.'),
    all: optional(all, 'Every version.'),
    specific: optional(specific, 'Certain versions.'),
  },
  ({ latest, all, specific }) => latest ?? all ?? specific ?? LATEST,
);
