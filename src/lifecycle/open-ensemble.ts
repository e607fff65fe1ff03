import type { Call } from '#core/call.js';
import type { Clock } from '#core/clock.js';
import { messageOf, ServingError } from '#core/errors.js';
import type { Deployment } from '#inference/deployment.js';
import type { ModelMetadata } from '#inference/metadata.js';
import type { SequenceRef } from '#inference/request.js';
import { NO_RESTARTS } from '#inference/restarts.js';
import type { Job, TaskResult } from '#scheduler/task.js';
import { counted } from './counted.js';
import { Counters } from './counters.js';
import { type EnsemblePlan, planEnsemble, whereIs } from './ensemble-graph.js';
import type { EnsembleStep } from './ensemble-steps.js';
import type { Handle } from './handle.js';
import type { ConfiguredVersion, TensorClaim } from './offer.js';
import { descriptionsOf, type OpenVersion } from './open-version.js';
import { behindLimit } from './pipeline.js';
import { inStep, runEnsemble } from './run-ensemble.js';
import { schedulingOf } from './scheduling-of.js';
import type { Port, Signature } from './signature.js';
import type { StepModels } from './step-models.js';
import { timedCall } from './timed-call.js';

/**
 * Opens a model that is a graph of other models, which must be ready. It holds nothing of its own: each request borrows
 * the models of all steps. Rejects with INVALID_ARGUMENT where they do not fit together, or as `acquire` throws.
 */
export async function openEnsemble(
  offer: ConfiguredVersion,
  steps: readonly EnsembleStep[],
  models: StepModels,
  clock: Clock,
): Promise<OpenVersion> {
  const first = borrowAll(offer.name, steps, models, null);
  for (const handle of first) handle.release();
  const planner = new Planner(offer, steps, first);
  const { inputs, outputs, maxBatchSize } = planner.planFor(first);
  const signature: Signature = {
    inputs: inputs.map((spec) => ({ spec, engineName: spec.name })),
    outputs: outputs.map((spec, i) => ({ spec, engineName: spec.name, ...labelsOf(offer.outputs[i]) })),
  };
  const counters = new Counters();
  const inside = new Set<Promise<void>>();

  const begin = (job: Job, call: Call): Promise<TaskResult> => {
    const handles = borrowAll(offer.name, steps, models, job.sequence?.id ?? null);
    const release = (): void => {
      for (const handle of handles) handle.release();
    };
    try {
      const { result, settled } = runEnsemble(
        { steps: planner.planFor(handles).steps, handles },
        job,
        call,
        clock,
      );
      const gone = settled.then(release).then(() => void inside.delete(gone));
      inside.add(gone);
      return result;
    } catch (thrown) {
      release();
      throw thrown;
    }
  };

  const run = async (job: Job, call: Call): Promise<TaskResult> => {
    const answer = await begin(job, call);
    counters.executed({ rows: job.rows, ...answer.timings });
    return answer;
  };
  const way = behindLimit({ submit: run }, offer.rateLimit, clock);
  return {
    metadata: {
      name: offer.name,
      version: offer.version,
      platform: 'ensemble',
      dialect: offer.platform === 'npu' ? 'furiosa' : 'v2',
      inputs,
      outputs,
      maxBatchSize,
      properties: {
        ...(offer.description === null ? {} : { description: offer.description }),
        ...descriptionsOf(signature),
      },
    },
    signature,
    maxRequestRows: maxBatchSize,
    deployment: deploymentOf(offer, maxBatchSize),
    submit(job, call) {
      // The time that the request has is that of all steps together.
      const timed = timedCall(job, call, offer.queue, clock.now());
      const untimed = { ...job, schedule: { ...job.schedule, timeoutUs: 0 } };
      return counted(() => way.submit(untimed, timed), job.rows, counters, clock);
    },
    get counts() {
      return counters.counts;
    },
    waiting: { requests: 0, oldestMs: 0 },
    threadDeaths: 0,
    restarts: NO_RESTARTS,
    wall: null,
    devices: [],
    memory: [],
    close: async () => void (await Promise.all(inside)),
  };
}

/** Borrows the models of all steps, or throws for the first that cannot be had and keeps none. */
function borrowAll(
  ensemble: string,
  steps: readonly EnsembleStep[],
  models: StepModels,
  sequence: SequenceRef['id'] | null,
): readonly Handle[] {
  const handles: Handle[] = [];
  for (const [at, step] of steps.entries()) {
    try {
      handles.push(models.acquire(step.model, sequence));
    } catch (thrown) {
      for (const handle of handles) handle.release();
      throw inStep({ where: whereIs(ensemble, at, step) }, thrown);
    }
  }
  return handles;
}

/** Where the steps' models share their requests between versions, so many ways to run them are remembered. */
const MAX_PLANS = 8;

/** Plans anew when a step is run by a version that it was not run by before, which may not be like the others. */
class Planner {
  readonly #offer: ConfiguredVersion;
  readonly #steps: readonly EnsembleStep[];
  /** The newest first. */
  #plans: readonly { readonly metadata: readonly ModelMetadata[]; readonly plan: EnsemblePlan }[];

  /** Throws INVALID_ARGUMENT where the models do not fit together. */
  constructor(offer: ConfiguredVersion, steps: readonly EnsembleStep[], handles: readonly Handle[]) {
    this.#offer = offer;
    this.#steps = steps;
    this.#plans = [{ metadata: handles.map(({ metadata }) => metadata), plan: this.#planFor(handles) }];
  }

  /** Throws UNAVAILABLE where these models do not fit together, as others once did. */
  planFor(handles: readonly Handle[]): EnsemblePlan {
    const known = this.#plans.find((each) =>
      handles.every(({ metadata }, i) => metadata === each.metadata[i]),
    );
    if (known !== undefined) return known.plan;
    const metadata = handles.map((handle) => handle.metadata);
    try {
      const plan = this.#planFor(handles);
      this.#plans = [{ metadata, plan }, ...this.#plans].slice(0, MAX_PLANS);
      return plan;
    } catch (thrown) {
      throw new ServingError('UNAVAILABLE', `the models do not fit together any more: ${messageOf(thrown)}`);
    }
  }

  #planFor(handles: readonly Handle[]): EnsemblePlan {
    const models = handles.map(({ metadata, maxRequestRows }) => ({
      ...metadata,
      splitsLarge: maxRequestRows > metadata.maxBatchSize,
    }));
    return planEnsemble({ ...this.#offer, steps: this.#steps }, models);
  }
}

function labelsOf(claim: TensorClaim | undefined): Pick<Port, 'labels'> {
  return claim?.labels === undefined ? {} : { labels: claim.labels };
}

function deploymentOf(offer: ConfiguredVersion, maxBatchSize: number): Deployment {
  return {
    fileName: '',
    platform: 'ensemble',
    places: [],
    scheduling: schedulingOf(offer, maxBatchSize),
    warmup: [],
    isCached: offer.isCached,
  };
}
