import type { Call } from '#core/call.js';
import type { Deployment } from '#inference/deployment.js';
import type { ModelMetadata } from '#inference/metadata.js';
import type { Job, TaskResult } from '#scheduler/task.js';
import type { Signature } from './signature.js';

/** A borrowed ready version. Its unloading waits until every handle is released. */
export interface Handle {
  readonly metadata: ModelMetadata;
  readonly signature: Signature;
  readonly deployment: Deployment;
  /** Inputs must carry the model's own names and exact shapes. */
  readonly strict: boolean;
  /** A request of more rows than the model takes at once is run in parts, and not refused. */
  readonly splitsLarge: boolean;
  /** Runs the model. Names are the engine's. The bytes of the inputs are given away. Rejects with ServingError. */
  submit(job: Job, call: Call): Promise<TaskResult>;
  /** Gives the version back; to be called exactly once. */
  release(): void;
}
