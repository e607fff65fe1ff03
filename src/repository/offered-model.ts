import { createHash } from 'node:crypto';
import { isAbsolute, join } from 'node:path';
import { type LocatedEntry, type ModelDefaults, offerModels } from '#config/offer-models.js';
import { withLabels } from '#config/output-labels.js';
import { filePlace, formatProblem } from '#config/problem.js';
import { Report } from '#config/report.js';
import type { OutputEntry } from '#config/tensor-claim.js';
import { CONFIGURATION, readTextFile } from '#config/text-file.js';
import { autoCompleted, namedAs, readTritonConfig } from '#config/triton/read-triton-config.js';
import type { TritonModelConfig } from '#config/triton/triton-model.js';
import { invalid, messageOf } from '#core/errors.js';
import type { OfferedModel, OfferedVersion, TensorClaim } from '#lifecycle/offer.js';
import { PLAIN_TRAFFIC } from '#lifecycle/traffic.js';
import type { FoundModel, FoundVersion } from './found.js';
import { MODEL_FILES, modelFileOf, noVersionFault } from './model-file.js';

/** What is offered of a folder, and what is worth a WARN line. */
export interface FolderOffer {
  readonly offered: OfferedModel;
  readonly warnings: readonly string[];
}

/** Reads what a model's folder has. Never throws: what is wrong is the fault of the model, or of the version. */
export function offeredModel(found: FoundModel, defaults: ModelDefaults, source: string): FolderOffer {
  const report = new Report();
  try {
    const fault = noVersionFault(found) ?? found.configFile?.fault ?? null;
    if (fault !== null) return { offered: faultyModel(found.name, source, fault), warnings: [] };
    const config = readConfig(found, report);
    if (config === null) throw invalid(report.problems.map(formatProblem).join('; '));
    return offerOf(found, config, defaults, source, report);
  } catch (thrown) {
    return { offered: faultyModel(found.name, source, messageOf(thrown)), warnings: report.warnings };
  }
}

/** The same with a configuration that somebody gives. Throws INVALID_ARGUMENT where it cannot be used. */
export function offerOf(
  found: FoundModel,
  config: TritonModelConfig,
  defaults: ModelDefaults,
  source: string,
  report: Report,
): FolderOffer {
  const named = namedAs(config, found.name, report);
  if (named === null) throw invalid(report.problems.map(formatProblem).join('; '));
  const faults: Record<string, string> = {};
  const versions: OfferedVersion[] = [];
  for (const version of found.versions) {
    const offer = versionOf(found, version, named, defaults, report);
    if ('fault' in offer) faults[version.version] = offer.fault;
    else versions.push(offer);
  }
  if (report.problems.length > 0) throw invalid(report.problems.map(formatProblem).join('; '));
  const { name } = found;
  const offered = {
    name,
    versions,
    policy: named.versionPolicy,
    update: named.update ?? 'overlap',
    labels: {},
    traffic: PLAIN_TRAFFIC,
    source,
    fault: null,
    faults,
  };
  return { offered, warnings: report.warnings };
}

function readConfig({ name, folder, configFile }: FoundModel, report: Report): TritonModelConfig | null {
  const shown = `${name}/config.pbtxt`;
  if (configFile === null) return autoCompleted(filePlace(name));
  const read = readTextFile(join(folder, configFile.path), CONFIGURATION);
  if ('fault' in read) throw invalid(`${shown} ${read.fault}`);
  return readTritonConfig(read.text, shown, report);
}

function versionOf(
  found: FoundModel,
  version: FoundVersion,
  config: TritonModelConfig,
  defaults: ModelDefaults,
  report: Report,
): OfferedVersion | { readonly fault: string } {
  const { entry, format } = config;
  let path: string | null = null;
  if (format !== 'ensemble') {
    const file = modelFileOf(version, fileNames(config));
    if ('fault' in file) return file;
    path = join(version.folder, file.path);
  }
  // Each version of a model says the same; the first says it for all.
  const own = version === found.versions[0] ? report : new Report();
  const locate = (written: string): string => below(found, written);
  const located: LocatedEntry = {
    entry: { ...entry, name: found.name, version: version.version, path },
    locate,
    outputs: entry.outputs.map((output) => labelled(found, output, own)),
  };
  const [configured] = offerModels({ entries: [located], isWhole: false, defaults }, own);
  if (configured === undefined) return { fault: `${version.shown} has no configuration` };
  const samples = found.beside.files.filter(({ path: each }) => each.includes('/'));
  const parts = [configured, version.revision, samples.map((each) => [each.path, each.revision])];
  const revision = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  return { ...configured, revision };
}

function fileNames({ defaultModelFilename, format }: TritonModelConfig): readonly string[] {
  if (defaultModelFilename !== null) return [defaultModelFilename];
  return format === null ? MODEL_FILES : [`model.${format}`];
}

/** The output with the labels of its file. */
function labelled(found: FoundModel, output: OutputEntry, report: Report): TensorClaim {
  const { claim, labelFile } = output;
  const fault = labelFile && faultBelow(found, labelFile.path);
  if (labelFile === null || fault === null) return withLabels(output, found.folder, found.folder, report);
  report.problem(labelFile.place, fault);
  return claim;
}

/** A file that the scan found in the model's folder, so that no name leads out of it. */
function below(found: FoundModel, written: string): string {
  const { name, folder } = found;
  // The model file of a version is known already.
  if (isAbsolute(written) && written.startsWith(join(folder, '/'))) return written;
  const fault = faultBelow(found, written);
  if (fault !== null) throw invalid(`${name}: the configuration names a file that cannot be used: ${fault}`);
  return join(folder, written);
}

/** Why a file of the model's folder cannot be used; null where it can. */
function faultBelow({ name, beside }: FoundModel, written: string): string | null {
  const file = beside.files.find(({ path }) => path === written.replace(/^\.\//, ''));
  return file === undefined ? `${name}/${written} is not there` : file.fault;
}

/** What is offered of a model that cannot be used. */
export function faultyModel(name: string, source: string, fault: string): OfferedModel {
  return {
    name,
    versions: [],
    policy: { kind: 'all' },
    update: 'overlap',
    labels: {},
    traffic: PLAIN_TRAFFIC,
    source,
    fault,
    faults: {},
  };
}
