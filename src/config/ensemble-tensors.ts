import type { TensorClaim } from '#lifecycle/offer.js';
import type { Placed } from './collections.js';
import type { EnsembleScheduling, PlacedStep } from './ensemble-scheduling.js';
import { quoted } from './node.js';
import type { Place } from './problem.js';
import type { Report } from './report.js';
import { didYouMean } from './schema.js';

/** The tensors of an ensemble: its own, as its clients see them. */
export interface EnsembleEnds {
  readonly inputs: readonly Placed<TensorClaim>[];
  readonly inputsPlace: Place;
  readonly outputs: readonly Placed<TensorClaim>[];
  readonly outputsPlace: Place;
}

/**
 * Whether every tensor of an ensemble comes from somewhere, once, and no step waits for itself. Triton's rules
 * (ensemble_utils). An input that no step takes is a problem.
 */
export function checkTensors({ steps }: EnsembleScheduling, ends: EnsembleEnds, report: Report): void {
  checkEnds('inputs', ends.inputs, ends.inputsPlace, report);
  checkEnds('outputs', ends.outputs, ends.outputsPlace, report);
  const inputs = new Set(ends.inputs.map(({ value }) => value.name));
  const makers = makersOf(steps, inputs, report);
  for (const { value, place } of ends.outputs.filter(({ value }) => !makers.has(value.name))) {
    const hint = didYouMean(value.name, [...makers.keys()]);
    report.problem(place, `no step makes the output ${quoted(value.name)}${hint}`);
  }
  // Without inputs nothing could come from anywhere, and that has been told.
  if (inputs.size === 0) return;
  const areWhole = checkSources(steps, [...inputs, ...makers.keys()], report);
  const taken = new Set(steps.flatMap(({ step }) => Object.values(step.inputs)));
  for (const { value, place } of ends.inputs.filter(({ value }) => !taken.has(value.name))) {
    report.problem(place, `no step takes the input ${quoted(value.name)}`);
  }
  if (areWhole) checkOrder(steps, inputs, report);
}

/** What is said of an ensemble's inputs, or outputs: it has no file that would say what is left out. */
function checkEnds(
  kind: 'inputs' | 'outputs',
  claims: readonly Placed<TensorClaim>[],
  listPlace: Place,
  report: Report,
): void {
  if (claims.length === 0)
    report.problem(listPlace, `an ensemble needs its ${kind}; expected a list of them`);
  claims.forEach(({ value: { name, datatype, shape }, place }, i) => {
    if (claims.slice(0, i).some(({ value }) => value.name === name)) {
      report.problem(place, `${quoted(name)} stands in ${kind} before; expected each name once`);
    }
    if (datatype !== null && shape !== null) return;
    const missing = datatype !== null ? 'shape' : shape !== null ? 'datatype' : 'datatype and shape';
    report.problem(place, `missing ${missing}; an ensemble has no file that says them`);
  });
}

/** Whether every tensor that a step takes is there or is made. */
function checkSources(steps: readonly PlacedStep[], known: readonly string[], report: Report): boolean {
  const unknown = steps.flatMap(({ step, inputsPlace: place }) =>
    Object.values(step.inputs)
      .filter((name) => !known.includes(name))
      .map((name) => ({ name, place })),
  );
  for (const { name, place } of unknown) {
    const hint = didYouMean(name, known);
    report.problem(
      place,
      `the tensor ${quoted(name)} is no input of the ensemble, and no step makes it${hint}`,
    );
  }
  return unknown.length === 0;
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
