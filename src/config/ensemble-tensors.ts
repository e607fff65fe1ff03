import type { TensorClaim } from '#lifecycle/offer.js';
import type { EnsembleScheduling, PlacedStep } from './ensemble-scheduling.js';
import { quoted } from './node.js';
import type { Place } from './problem.js';
import type { Report } from './report.js';
import { didYouMean } from './schema.js';

/** The tensors of an ensemble: its own, as its clients see them. */
export interface EnsembleEnds {
  readonly inputs: readonly TensorClaim[];
  readonly inputsPlace: Place;
  readonly outputs: readonly TensorClaim[];
  readonly outputsPlace: Place;
}

/**
 * Whether every tensor of an ensemble comes from somewhere, once, and no step waits for itself. Triton's rules
 * (ensemble_utils). An input that no step takes is a warning.
 */
export function checkTensors({ steps }: EnsembleScheduling, ends: EnsembleEnds, report: Report): void {
  const inputs = new Set(ends.inputs.map(({ name }) => name));
  checkEnds(ends, report);
  const makers = makersOf(steps, inputs, report);
  const known = [...inputs, ...makers.keys()];
  let allComeFromSomewhere = true;
  for (const { step, inputsPlace } of steps) {
    for (const tensor of Object.values(step.inputs).filter((name) => !known.includes(name))) {
      allComeFromSomewhere = false;
      report.problem(
        inputsPlace,
        `the tensor ${quoted(tensor)} is no input of the ensemble, and no step makes it${didYouMean(tensor, known)}`,
      );
    }
  }
  for (const { name } of ends.outputs.filter(({ name }) => !makers.has(name))) {
    report.problem(
      ends.outputsPlace,
      `no step makes the output ${quoted(name)}${didYouMean(name, [...makers.keys()])}`,
    );
  }
  const taken = new Set(steps.flatMap(({ step }) => Object.values(step.inputs)));
  for (const name of [...inputs].filter((name) => !taken.has(name))) {
    report.warning(ends.inputsPlace, `no step takes the input ${quoted(name)}`);
  }
  if (allComeFromSomewhere) checkOrder(steps, inputs, report);
}

/** An ensemble has no file that would say what is left out. */
function checkEnds(ends: EnsembleEnds, report: Report): void {
  for (const [kind, claims, place] of [
    ['inputs', ends.inputs, ends.inputsPlace],
    ['outputs', ends.outputs, ends.outputsPlace],
  ] as const) {
    if (claims.length === 0) report.problem(place, `an ensemble needs its ${kind}; expected a list of them`);
    claims.forEach(({ name, datatype, shape }, i) => {
      const at = { ...place, keyPath: `${place.keyPath}[${i}]` };
      if (claims.slice(0, i).some((other) => other.name === name)) {
        report.problem(at, `${quoted(name)} stands in ${kind} before; expected each name once`);
      }
      if (datatype !== null && shape !== null) return;
      const missing = datatype !== null ? 'shape' : shape !== null ? 'datatype' : 'datatype and shape';
      report.problem(at, `missing ${missing}: an ensemble has no file that says them`);
    });
  }
}

/** The step of each tensor that one makes. */
function makersOf(
  steps: readonly PlacedStep[],
  inputs: ReadonlySet<string>,
  report: Report,
): ReadonlyMap<string, PlacedStep> {
  const makers = new Map<string, PlacedStep>();
  for (const placed of steps) {
    for (const tensor of Object.values(placed.step.outputs)) {
      if (inputs.has(tensor)) {
        report.problem(
          placed.outputsPlace,
          `the tensor ${quoted(tensor)} is an input of the ensemble already`,
        );
      } else if (makers.has(tensor)) {
        report.problem(
          placed.outputsPlace,
          `the tensor ${quoted(tensor)} is made twice; expected one step to make it`,
        );
      } else makers.set(tensor, placed);
    }
  }
  return makers;
}

/** Runs the steps in thought: those that never have all they take wait for each other. */
function checkOrder(steps: readonly PlacedStep[], inputs: ReadonlySet<string>, report: Report): void {
  const there = new Set(inputs);
  let waiting = steps;
  for (;;) {
    const ready = waiting.filter(({ step }) => Object.values(step.inputs).every((name) => there.has(name)));
    if (ready.length === 0) break;
    for (const { step } of ready) for (const name of Object.values(step.outputs)) there.add(name);
    waiting = waiting.filter((placed) => !ready.includes(placed));
  }
  const [first] = waiting;
  if (first === undefined) return;
  report.problem(
    first.inputsPlace,
    `tensors wait for each other: ${ringOf(first, waiting, there).map(quoted).join(' <- ')}`,
  );
}

/** From a tensor that is never made to one that it is made of, and so on until one comes again. */
function ringOf(
  first: PlacedStep,
  waiting: readonly PlacedStep[],
  there: ReadonlySet<string>,
): readonly string[] {
  const ring: string[] = [];
  let next: PlacedStep | undefined = first;
  while (next !== undefined) {
    const missing: string | undefined = Object.values(next.step.inputs).find((name) => !there.has(name));
    if (missing === undefined) break;
    const before = ring.indexOf(missing);
    ring.push(missing);
    if (before >= 0) return ring.slice(before);
    next = waiting.find(({ step }) => Object.values(step.outputs).includes(missing));
  }
  return ring;
}
