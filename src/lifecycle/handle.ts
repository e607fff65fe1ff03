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
  /** The most rows of a request; 0 where there is no batch axis. Larger ones than a run takes are run in parts. */
  readonly maxRequestRows: number;
  /** Inputs must carry the model's own names and exact shapes. */
  readonly strict: boolean;
  /** Runs the model. Names are the engine's. The bytes of the inputs are given away. Rejects with ServingError. */
  submit(job: Job, call: Call): Promise<TaskResult>;
  /** Gives the version back; to be called exactly once. */
  release(): void;
}
