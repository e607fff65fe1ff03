import type { ModelDefaults } from '#config/offer-models.js';
import { formatProblem } from '#config/problem.js';
import { Report } from '#config/report.js';
import { readTritonConfigJson } from '#config/triton/read-triton-config.js';
import type { TritonModelConfig } from '#config/triton/triton-model.js';
import { nameFault } from '#config/values.js';
import type { LoadRequest } from '#control/load-request.js';
import type { Overrides } from '#control/overrides.js';
import type { Clock } from '#core/clock.js';
import { invalid, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import { failedToPoll } from '#lifecycle/cannot-serve.js';
import type { OfferedModel } from '#lifecycle/offer.js';
import type { FoundModel } from './found.js';
import { listedOverride } from './listed-override.js';
import { noVersionFault } from './model-file.js';
import { offerOf } from './offered-model.js';
import { scanFolder } from './scan-folder.js';
import { SCAN_LIMITS } from './scan-options.js';
import { Spool } from './spool.js';
import { checkUploadNames, parameterOf } from './upload-names.js';

const log = loggerOf('repository');

/** What stands for a file in what is said of the configuration. */
const CONFIG_PLACE = 'parameters.config';

/** A source whose models are folders. */
export interface ModelFolders {
  /** The folder that an offer of this source was made of, as it was when it was made; null for an offer of another source. */
  foundOf(offered: OfferedModel): FoundModel | null;
}

export interface ModelOverridesOptions {
  readonly folders: readonly ModelFolders[];
  readonly defaults: ModelDefaults;
  /** Whether clients may bring files. */
  readonly allowsFiles: boolean;
  /** The folder that their files are kept in, for as long as they are needed; absolute. */
  readonly spoolFolder: string;
  readonly clock: Clock;
}

/** Triton's `config` and `file:<version>/<path>` of a load. */
export class ModelOverrides implements Overrides {
  readonly #options: ModelOverridesOptions;
  readonly #spool: Spool;

  constructor(options: ModelOverridesOptions) {
    this.#options = options;
    this.#spool = new Spool(options.spoolFolder);
  }

  isAsked({ config, files }: LoadRequest): boolean {
    return config !== null || files.size > 0;
  }

  async offerOf(
    name: string,
    { config, files }: LoadRequest,
    source: OfferedModel | null,
  ): Promise<OfferedModel> {
    this.#checkFiles(files);
    if (config === null) {
      const [first = ''] = files.keys();
      throw invalid(`'${parameterOf(first)}' needs the parameter 'config' as well`);
    }
    if (files.size === 0 && source === null) throw failedToPoll(name);
    const report = new Report();
    const read = readTritonConfigJson(config, CONFIG_PLACE, report);
    if (read === null) throw invalid(report.problems.map(formatProblem).join('; '));
    const offered =
      files.size > 0 || source === null
        ? await this.#ofFiles(name, files, read, report)
        : this.#ofSource(source, read, report);
    for (const warning of report.warnings) log.warn(`model '${name}': ${warning}`);
    return offered;
  }

  tidy(filesInUse: () => ReadonlySet<string>): void {
    this.#spool.tidy(filesInUse);
  }

  close(): Promise<void> {
    return this.#spool.close();
  }

  /** That they are not allowed is told as Triton tells it of shared memory: a retry would not help. */
  #checkFiles(files: LoadRequest['files']): void {
    if (files.size === 0) return;
    if (!this.#options.allowsFiles)
      throw new ServingError(
        'UNIMPLEMENTED',
        "Files in a load are disabled. Start the server with '--allow-model-upload=true' to enable.",
      );
    checkUploadNames(files.keys());
  }

  #ofSource(source: OfferedModel, config: TritonModelConfig, report: Report): OfferedModel {
    const { folders, defaults } = this.#options;
    for (const each of folders) {
      const found = each.foundOf(source);
      if (found !== null) return offerOf(usable(found), config, defaults, source.source, report).offered;
    }
    return listedOverride(source, config, defaults, report);
  }

  async #ofFiles(
    name: string,
    files: LoadRequest['files'],
    config: TritonModelConfig,
    report: Report,
  ): Promise<OfferedModel> {
    const fault = nameFault(name);
    if (fault !== null) throw invalid(fault);
    const { clock, defaults } = this.#options;
    const folder = await this.#spool.add(name, files);
    try {
      const { models, rootFault } = await scanFolder(folder, { ...SCAN_LIMITS, clock }, null);
      const [found] = models;
      if (found === undefined) throw new ServingError('INTERNAL', rootFault ?? `${folder} is empty`);
      const { offered } = offerOf(usable(found), config, defaults, 'the files of a load', report);
      const faults = Object.values(offered.faults);
      if (faults.length > 0) throw invalid(`load failed for model '${name}': ${faults.join('; ')}`);
      // An ensemble has no files; nobody would ever stop using them.
      if (offered.versions.every(({ path }) => path === '')) this.#spool.drop(folder);
      return offered;
    } catch (thrown) {
      this.#spool.drop(folder);
      throw thrown;
    }
  }
}

/** Throws INVALID_ARGUMENT where there is nothing in it that could be loaded. */
function usable(found: FoundModel): FoundModel {
  const fault = noVersionFault(found);
  if (fault !== null) throw invalid(`load failed for model '${found.name}': ${fault}`);
  return found;
}
