import type { Call } from '#core/call.js';
import { callWith } from '#core/call-with.js';
import type { Clock } from '#core/clock.js';
import { messageOf, ServingError } from '#core/errors.js';
import type { StepWatch } from '#core/run-watch.js';
import type { Timings } from '#inference/timings.js';
import { cancelled, expired } from '#scheduler/given-up.js';
import type { Job, TaskResult } from '#scheduler/task.js';
import type { Tensor } from '#tensor/tensor.js';
import { neededFor, type PlannedStep } from './ensemble-order.js';
import type { Handle } from './handle.js';
import type { Port } from './signature.js';
import { stepRows } from './step-inputs.js';
import { TensorLedger } from './tensor-ledger.js';

/** What one request to an ensemble runs on. */
export interface EnsembleParts {
  /** The steps of the ensemble, each behind all that make what it takes. */
  readonly steps: readonly PlannedStep[];
  /** The models of the steps, by the steps' places in the configuration. */
  readonly handles: readonly Handle[];
}

/** A request that is on its way through an ensemble. */
export interface EnsembleRun {
  /** Rejects as soon as a step has failed, with the step's error and where it was. */
  readonly result: Promise<TaskResult>;
  /** Settles when nothing of it runs any more. Never rejects. */
  readonly settled: Promise<void>;
}

/**
 * Runs the steps that the wanted outputs need, each as soon as its inputs are there. After a failure, after the deadline
 * and without a caller no further step is begun; what runs then is let finish. Names are the ensemble's own.
 */
export function runEnsemble(parts: EnsembleParts, job: Job, call: Call, clock: Clock): EnsembleRun {
  const { steps, uses } = neededFor(job.outputs, parts.steps);
  const ledger = new TensorLedger(uses);
  for (const tensor of job.inputs) ledger.give(tensor);
  const spent: Timings[] = [];
  let hasFailed = false;

  const runStep = async (step: PlannedStep): Promise<void> => {
    if (hasFailed) return;
    const handle = parts.handles[step.at] as Handle;
    let watch: StepWatch | undefined;
    try {
      checkCall(call, clock);
      watch = call.watch?.step(handle.metadata);
      const made = step.outputs.filter(({ tensor }) => uses.has(tensor));
      const stepCall = watch === undefined ? call : callWith(call, { watch });
      const { outputs, timings } = await handle.submit(stepJob(step, made, handle, ledger, job), stepCall);
      for (const [i, { tensor: name }] of made.entries())
        ledger.giveMade({ ...(outputs[i] as Tensor), name });
      spent.push(timings);
      watch?.end(null);
    } catch (thrown) {
      hasFailed = true;
      watch?.end(messageOf(thrown));
      throw inStep(step, thrown);
    }
  };

  const runs = new Map<number, Promise<void>>();
  for (const step of steps) {
    const makers = step.after.map((at) => runs.get(at));
    runs.set(
      step.at,
      Promise.all(makers).then(() => runStep(step)),
    );
  }
  const all = [...runs.values()];
  return {
    result: Promise.all(all).then(() => ({
      outputs: ledger.take(job.outputs),
      timings: sumOf(spent, job.rows),
    })),
    settled: Promise.allSettled(all).then(() => {}),
  };
}

function checkCall({ signal, deadline }: Call, clock: Clock): void {
  if (signal.aborted) throw cancelled();
  if (deadline !== null && clock.now() >= deadline) throw expired('passed before it was run');
}

/** What is asked of a step's model, in the names of its engine. */
function stepJob(
  step: PlannedStep,
  made: PlannedStep['outputs'],
  handle: Handle,
  ledger: TensorLedger,
  { schedule, sequence }: Job,
): Job {
  const taken = ledger.take(step.inputs.map(({ tensor }) => tensor));
  const { signature } = handle;
  const rows = stepRows(taken, handle);
  const inputs = taken.map((tensor, i) => ({
    ...tensor,
    name: engineNameOf(signature.inputs, step.inputs[i]?.port),
  }));
  const outputs = made.map(({ port }) => engineNameOf(signature.outputs, port));
  return { inputs, outputs, rows, schedule, sequence };
}

function engineNameOf(ports: readonly Port[], name: string | undefined): string {
  const port = ports.find(({ spec }) => spec.name === name);
  if (port === undefined) throw new Error(`the model has no tensor '${name}'. This is a bug.`);
  return port.engineName;
}

/** A step's error, with where it was. */
export function inStep({ where }: Pick<PlannedStep, 'where'>, thrown: unknown): ServingError {
  const { code, message, retryAfterSeconds } = ServingError.from(thrown);
  return new ServingError(code, `${where}: ${message}`, {
    cause: thrown,
    ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
  });
}

/** The time of all steps together, as Triton counts it for ensembles: more than has passed where they ran side by side. */
function sumOf(spent: readonly Timings[], rows: number): Timings {
  const sum = (part: keyof Timings): number => spent.reduce((total, each) => total + each[part], 0);
  return {
    queuedNs: sum('queuedNs'),
    inputNs: sum('inputNs'),
    runNs: sum('runNs'),
    outputNs: sum('outputNs'),
    batchRows: rows,
  };
}
