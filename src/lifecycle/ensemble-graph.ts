import { invalid } from '#core/errors.js';
import type { TensorSpec } from '#inference/metadata.js';
import { formatShape } from '#tensor/shape.js';
import type { Tensors } from './batch-axis.js';
import { ensembleBatchSize } from './ensemble-batch-size.js';
import { inRunningOrder, type Link, neededFor, type PlannedStep } from './ensemble-order.js';
import type { EnsembleStep } from './ensemble-steps.js';
import type { TensorClaim } from './offer.js';

/** A model that an ensemble uses, as clients see it. */
export interface StepModel extends Tensors {
  readonly maxBatchSize: number;
  /** A request of more rows than `maxBatchSize` is run in parts, and not refused. */
  readonly splitsLarge: boolean;
}

/** What the configuration says of an ensemble. */
export interface EnsembleDraft {
  readonly name: string;
  /** Null: as many rows as all steps take. */
  readonly maxBatchSize: number | null;
  readonly inputs: readonly TensorClaim[];
  readonly outputs: readonly TensorClaim[];
  readonly steps: readonly EnsembleStep[];
}

/** An ensemble whose parts fit together. */
export interface EnsemblePlan extends Tensors {
  readonly maxBatchSize: number;
  /** Each behind all that make what it takes. */
  readonly steps: readonly PlannedStep[];
}

/** A tensor as it comes into being. */
interface Source {
  readonly spec: TensorSpec;
  /** The place of the step that makes it; null for an input of the ensemble. */
  readonly madeBy: number | null;
}
type Sources = ReadonlyMap<string, Source>;

/** A step whose names are those of its model. */
interface LinkedStep extends Omit<PlannedStep, 'after'> {
  readonly model: StepModel;
}

/**
 * Checks that the steps, their models and the ensemble's own inputs and outputs fit together, as Triton does for
 * `ensemble_scheduling`. Steps may be listed in any order. Shapes are whole ones, with the axis of the batch. Throws
 * INVALID_ARGUMENT with the first place that does not fit.
 *
 * @param models those of the steps, in the same order
 */
export function planEnsemble(draft: EnsembleDraft, models: readonly StepModel[]): EnsemblePlan {
  const ensemble = `ensemble '${draft.name}'`;
  const inputs = specsOf(`${ensemble}: input`, draft.inputs);
  const outputs = specsOf(`${ensemble}: output`, draft.outputs);
  const linked = draft.steps.map((step, at) =>
    linkedStep(step, at, whereIs(draft.name, at, step), models[at] as StepModel),
  );
  const sources = sourcesOf(inputs, linked);
  const steps = linked.map((step) => ({ ...step, after: checkInputs(step, sources) }));
  for (const spec of outputs) checkOutput(ensemble, spec, sources);
  const sorted = inRunningOrder(ensemble, steps);
  checkAllIsUsed(ensemble, inputs, outputs, sorted);
  const maxBatchSize = ensembleBatchSize(ensemble, { inputs, outputs }, draft.maxBatchSize, linked);
  return { inputs, outputs, maxBatchSize, steps: sorted };
}

/** Where a step stands, for messages. */
export function whereIs(ensemble: string, at: number, { model }: EnsembleStep): string {
  return `ensemble '${ensemble}', step[${at}] (model '${model.name}')`;
}

function specsOf(what: string, claims: readonly TensorClaim[]): readonly TensorSpec[] {
  const twice = claims.find(({ name }, i) => claims.findIndex((each) => each.name === name) < i);
  if (twice !== undefined) throw invalid(`${what} '${twice.name}' is listed twice`);
  return claims.map((claim) => specOf(what, claim));
}

function specOf(what: string, claim: TensorClaim): TensorSpec {
  const { name, datatype, shape, description, format, batchAxis, labelFile } = claim;
  if (datatype === null || shape === null) {
    const missing = datatype === null ? 'datatype' : 'shape';
    throw invalid(`${what} '${name}' has no ${missing}, and no model file could tell it`);
  }
  return {
    name,
    datatype,
    shape,
    ...(description === null ? {} : { description }),
    ...(format === undefined ? {} : { format }),
    ...(batchAxis === undefined ? {} : { batchAxis }),
    ...(labelFile === undefined ? {} : { labelFile }),
  };
}

/** Throws where the step names an input or output that its model does not have, or leaves one of the inputs out. */
function linkedStep(step: EnsembleStep, at: number, where: string, model: StepModel): LinkedStep {
  checkNames(where, 'input', Object.keys(step.inputs), model.inputs);
  checkNames(where, 'output', Object.keys(step.outputs), model.outputs);
  const unmapped = model.inputs.find(({ name }) => !Object.hasOwn(step.inputs, name));
  if (unmapped !== undefined) throw invalid(`${where}: input '${unmapped.name}' is given no tensor`);
  if (Object.keys(step.outputs).length === 0)
    throw invalid(`${where}: none of its outputs is given a name, so nothing would come of it`);
  return {
    at,
    where,
    model,
    inputs: links(model.inputs, step.inputs),
    outputs: links(model.outputs, step.outputs),
  };
}

function links(specs: readonly TensorSpec[], names: Readonly<Record<string, string>>): readonly Link[] {
  const named = new Map(Object.entries(names));
  return specs.flatMap(({ name }) => {
    const tensor = named.get(name);
    return tensor === undefined ? [] : [{ port: name, tensor }];
  });
}

function checkNames(
  where: string,
  kind: string,
  used: readonly string[],
  specs: readonly TensorSpec[],
): void {
  const stranger = used.find((name) => !specs.some((spec) => spec.name === name));
  if (stranger === undefined) return;
  const known = specs.map(({ name }) => `'${name}'`).join(', ');
  throw invalid(`${where}: the model has no ${kind} '${stranger}'; it has ${known}`);
}

/** Every tensor of the ensemble. Throws where one would come from two places. */
function sourcesOf(inputs: readonly TensorSpec[], steps: readonly LinkedStep[]): Sources {
  const sources = new Map<string, Source>();
  for (const spec of inputs) sources.set(spec.name, { spec, madeBy: null });
  for (const { at, where, model, outputs } of steps) {
    for (const { port, tensor } of outputs) {
      const first = sources.get(tensor);
      if (first !== undefined) {
        const other = first.madeBy === at ? 'another of its outputs is called so' : madeAlready(first);
        throw invalid(`${where}: output '${port}' cannot be called '${tensor}', because ${other}`);
      }
      sources.set(tensor, { spec: specNamed(model.outputs, port), madeBy: at });
    }
  }
  return sources;
}

function madeAlready({ madeBy }: Source): string {
  return madeBy === null ? 'an input of the ensemble is called so' : `step[${madeBy}] makes that`;
}

/** Throws where a step takes what nothing makes, or what does not fit. Answers which steps it comes after. */
function checkInputs({ where, model, inputs }: LinkedStep, sources: Sources): readonly number[] {
  const after = new Set<number>();
  for (const { port, tensor } of inputs) {
    const source = sources.get(tensor);
    if (source === undefined)
      throw invalid(
        `${where}: input '${port}' takes tensor '${tensor}', which is no input of the ensemble and made by no step`,
      );
    checkFit(`${where}: input '${port}'`, specNamed(model.inputs, port), tensor, source);
    if (source.madeBy !== null) after.add(source.madeBy);
  }
  return [...after];
}

function checkOutput(ensemble: string, spec: TensorSpec, sources: Sources): void {
  const source = sources.get(spec.name);
  if (source === undefined) throw invalid(`${ensemble}: no step makes output '${spec.name}'`);
  if (source.madeBy === null)
    throw invalid(`${ensemble}: output '${spec.name}' is called as one of its inputs`);
  checkFit(`${ensemble}: output '${spec.name}'`, spec, spec.name, source);
}

function checkFit(what: string, wanted: TensorSpec, tensor: string, { spec, madeBy }: Source): void {
  const maker = madeBy === null ? 'as the ensemble takes it' : `as step[${madeBy}] makes it`;
  if (wanted.datatype !== spec.datatype)
    throw invalid(`${what} is ${wanted.datatype}, but tensor '${tensor}' is ${spec.datatype} ${maker}`);
  if (!couldBeEqual(wanted.shape, spec.shape)) {
    const shapes = [wanted.shape, spec.shape].map(formatShape);
    throw invalid(`${what} has the shape ${shapes[0]}, but tensor '${tensor}' has ${shapes[1]} ${maker}`);
  }
}

/** Whether there is a concrete shape that both allow. */
function couldBeEqual(one: readonly number[], other: readonly number[]): boolean {
  return (
    one.length === other.length && one.every((axis, i) => axis === -1 || other[i] === -1 || axis === other[i])
  );
}

/** Throws for an input that no step takes, and a step of which nothing comes. */
function checkAllIsUsed(
  ensemble: string,
  inputs: readonly TensorSpec[],
  outputs: readonly TensorSpec[],
  sorted: readonly PlannedStep[],
): void {
  const unused = inputs.find(
    ({ name }) => !sorted.some((step) => step.inputs.some(({ tensor }) => tensor === name)),
  );
  if (unused !== undefined) throw invalid(`${ensemble}: no step takes input '${unused.name}'`);
  const names = outputs.map(({ name }) => name);
  const { steps } = neededFor(names, sorted);
  const idle = sorted.find((step) => !steps.includes(step));
  if (idle !== undefined) throw invalid(`${idle.where}: no output of the ensemble comes of what it makes`);
}

function specNamed(specs: readonly TensorSpec[], name: string): TensorSpec {
  return specs.find((spec) => spec.name === name) as TensorSpec;
}
