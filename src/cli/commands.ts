import type { ModelSummary } from '#backend/model-summary.js';
import type { DeviceReport } from '#device/report.js';
import type { OptionValues } from './command-option.js';

/**
 * What the commands do once their command line is understood. A `CommandFailure` they throw is printed as it is and
 * decides the exit status; anything else is printed as one sentence, with status 1.
 */
export interface Commands {
  /** Serves until it is told to stop. Answers the exit status. */
  serve(values: OptionValues): Promise<number>;
  /** The devices of this host. `values` may have `simulate`. */
  devices(values: OptionValues): Promise<readonly DeviceReport[]>;
  inspect(path: string): Promise<ModelSummary>;
  readonly version: string;
}
