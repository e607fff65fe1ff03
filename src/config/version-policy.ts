import type { VersionPolicy } from '#lifecycle/version-policy.js';
import { mapping, wholeList } from './collections.js';
import { integer } from './scalars.js';
import { optional, required, type Schema } from './schema.js';
import { modelVersion } from './values.js';

const latest: Schema<number> = mapping(
  'a mapping with the key num_versions',
  { num_versions: optional(integer(1, 1_000_000), 'So many of the highest.', '1') },
  ({ num_versions }) => num_versions ?? 1,
);

const all: Schema<true> = mapping('an empty mapping', {}, () => true);

const specific: Schema<readonly string[]> = mapping(
  'a mapping with the key versions',
  { versions: required(wholeList(modelVersion), 'Those that are loaded.') },
  ({ versions }, at, report) => {
    if (versions.length > 0) return versions;
    report.problem(at('versions'), 'expected at least one version, found none');
    return undefined;
  },
);

const keys = {
  latest: optional(latest, 'The highest by number; where one is not a number, the last listed.'),
  all: optional(all, 'Every one: `{}`.'),
  specific: optional(specific, 'Those that are named.'),
};

/** Triton's ModelVersionPolicy. */
export const versionPolicy: Schema<VersionPolicy> = mapping(
  'a mapping with one of the keys latest, all, specific',
  keys,
  ({ latest: count, all, specific: versions }, at, report) => {
    const said = [count, all, versions].filter((value) => value !== null);
    if (said.length !== 1) {
      report.problem(at(), `expected one of latest, all, specific, found ${said.length || 'none'}`);
      return undefined;
    }
    if (count !== null) return { kind: 'latest', count };
    return versions === null ? { kind: 'all' } : { kind: 'specific', versions };
  },
);
