import { invalid } from '#core/errors.js';

/** One input or output of a step's model, and what the ensemble calls it. */
export interface Link {
  readonly port: string;
  readonly tensor: string;
}

export interface PlannedStep {
  /** Its place in the configuration. */
  readonly at: number;
  /** `ensemble 'x', step[1] (model 'b')`, for messages. */
  readonly where: string;
  /** The places of the steps that make what it takes. */
  readonly after: readonly number[];
  /** In the model's order. */
  readonly inputs: readonly Link[];
  /** Those of the model's outputs that have a name in the ensemble, in the model's order. */
  readonly outputs: readonly Link[];
}

/**
 * The steps, each behind all that it comes after; of those that could run, the first listed first. Throws
 * INVALID_ARGUMENT where steps wait for one another.
 */
export function inRunningOrder(ensemble: string, steps: readonly PlannedStep[]): readonly PlannedStep[] {
  const sorted: PlannedStep[] = [];
  let left = [...steps];
  while (left.length > 0) {
    const next = left.find(({ after }) => after.every((at) => sorted.some((step) => step.at === at)));
    if (next === undefined) throw invalid(`${ensemble}: ${circleOf(left)}`);
    sorted.push(next);
    left = left.filter((step) => step !== next);
  }
  return sorted;
}

/** @param stuck steps of which each comes after another of them */
function circleOf(stuck: readonly PlannedStep[]): string {
  const path: number[] = [];
  let at = stuck[0]?.at ?? 0;
  while (!path.includes(at)) {
    path.push(at);
    const step = stuck.find((each) => each.at === at);
    at = step?.after.find((before) => stuck.some((each) => each.at === before)) ?? at;
  }
  const circle = [...path.slice(path.indexOf(at)), at].map((each) => `step[${each}]`);
  return `its steps wait for one another: ${circle.join(' needs ')}`;
}

/** What has to be done for some of the outputs. */
export interface Need {
  /** In running order. */
  readonly steps: readonly PlannedStep[];
  /** How often each tensor is taken, by steps or by the answer. */
  readonly uses: ReadonlyMap<string, number>;
}

/** @param sorted the ensemble's steps in running order */
export function neededFor(outputs: readonly string[], sorted: readonly PlannedStep[]): Need {
  const uses = new Map<string, number>();
  const use = (tensor: string): void => void uses.set(tensor, (uses.get(tensor) ?? 0) + 1);
  for (const name of outputs) use(name);
  const steps: PlannedStep[] = [];
  for (const step of [...sorted].reverse()) {
    if (!step.outputs.some(({ tensor }) => uses.has(tensor))) continue;
    steps.unshift(step);
    for (const { tensor } of step.inputs) use(tensor);
  }
  return { steps, uses };
}
