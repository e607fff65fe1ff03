import { createHash } from 'node:crypto';
import { type LocatedEntry, type ModelDefaults, offerModels } from '#config/offer-models.js';
import { formatProblem } from '#config/problem.js';
import type { Report } from '#config/report.js';
import { namedAs } from '#config/triton/read-triton-config.js';
import type { TritonModelConfig } from '#config/triton/triton-model.js';
import { LATEST } from '#config/triton/version-choice.js';
import { invalid } from '#core/errors.js';
import type { OfferedModel, OfferedVersion } from '#lifecycle/offer.js';

/**
 * A model of a list with other settings: its versions, their files, their labels and shares stay as they are listed, all else is as the
 * configuration says. Throws INVALID_ARGUMENT where that cannot be.
 */
export function listedOverride(
  source: OfferedModel,
  config: TritonModelConfig,
  defaults: ModelDefaults,
  report: Report,
): OfferedModel {
  const named = namedAs(config, source.name, report);
  const entries = named === null ? [] : source.versions.map((version) => locatedEntry(version, named));
  const configured = offerModels({ entries, isWhole: false, defaults }, report);
  if (report.problems.length > 0) throw invalid(report.problems.map(formatProblem).join('; '));
  const versions = source.versions.flatMap((version, at) => {
    const offer = configured[at];
    return offer === undefined ? [] : [{ ...offer, revision: revisionOf(version, offer) }];
  });
  // LATEST itself stands where nothing is said of versions; then the list decides.
  const policy = config.versionPolicy === LATEST ? source.policy : config.versionPolicy;
  return { ...source, versions, policy, update: config.update ?? source.update };
}

function locatedEntry({ name, version, path }: OfferedVersion, config: TritonModelConfig): LocatedEntry {
  const isEnsemble = config.format === 'ensemble';
  if (path === '' && !isEnsemble)
    throw invalid(
      `model '${name}' version ${version} has no file, and the configuration is not of an ensemble`,
    );
  // A client may not make the server read any file that it likes.
  const locate = (written: string): string => {
    if (written === path) return path;
    throw invalid(
      `the configuration names the file ${written}, and model '${name}' has no folder of its own`,
    );
  };
  for (const { labelFile } of config.entry.outputs) if (labelFile !== null) locate(labelFile.path);
  return {
    entry: { ...config.entry, name, version, path: isEnsemble ? null : path },
    locate,
    outputs: config.entry.outputs.map(({ claim }) => claim),
  };
}

/** What is listed has a revision that tells the contents of its file. */
function revisionOf({ revision }: OfferedVersion, offer: object): string {
  return createHash('sha256')
    .update(JSON.stringify([offer, revision]))
    .digest('hex');
}
