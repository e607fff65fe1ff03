import { invalid, type ServingError } from '#core/errors.js';
import type { TensorSpec } from '#inference/metadata.js';

/** What must be known of a model to serve sequences with it. Names are the engine's. */
export interface SequenceModel {
  /** As clients know it. */
  readonly name: string;
  /** All of the file's, those that the server fills in among them. */
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  /** Requests are put together along an axis. */
  readonly hasBatchAxis: boolean;
  /** That axis, of those tensors where it is not the first. */
  readonly axisOf: Readonly<Record<string, number>>;
  /** Rows that can be run at a time, on all instances: the slots of sequences in the `direct` strategy. */
  readonly slots: number;
}

/** The tensor of that name. Throws INVALID_ARGUMENT where there is none, or where it has another datatype. */
export function findSpec(
  model: SequenceModel,
  kind: 'input' | 'output',
  wanted: Pick<TensorSpec, 'name' | 'datatype'>,
  place: string,
): TensorSpec {
  const specs = kind === 'input' ? model.inputs : model.outputs;
  const spec = specs.find(({ name }) => name === wanted.name);
  if (spec === undefined) {
    const known = specs.map(({ name }) => `'${name}'`).join(', ');
    throw wrong(place, `the model has no ${kind} '${wanted.name}', but ${known}`);
  }
  if (spec.datatype !== wanted.datatype) {
    throw wrong(
      place,
      `the datatype of ${kind} '${wanted.name}' is ${spec.datatype} in the model file, but ${wanted.datatype} here`,
    );
  }
  return spec;
}

/** The axis of a tensor along which the rows of a batch lie; null where the model has none. */
export function rowAxisOf({ hasBatchAxis, axisOf }: SequenceModel, name: string): number | null {
  return hasBatchAxis ? (axisOf[name] ?? 0) : null;
}

/** A fault of the configuration: where it is, and what. */
export function wrong(place: string, reason: string): ServingError {
  return invalid(`${place}: ${reason}`);
}

/** Throws INVALID_ARGUMENT where one of the names is there already. */
export function checkOnce(names: readonly string[], placeOf: (index: number) => string, what: string): void {
  const again = names.findIndex((name, i) => names.indexOf(name) < i);
  if (again >= 0) throw wrong(placeOf(again), `${what} '${names[again]}' is bound twice`);
}
