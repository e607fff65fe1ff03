import { invalid } from '#core/errors.js';
import type { Dialect, TensorSpec } from '#inference/metadata.js';
import { fitsSpec, formatShape } from '#tensor/shape.js';
import type { Tensors } from './batch-axis.js';
import type { TensorClaim } from './offer.js';

/** One input or output as clients know it, and the name its engine knows. */
export interface Port {
  readonly spec: TensorSpec;
  readonly engineName: string;
  /** The shape that the engine knows, where it is another: tensors are reshaped, and -1 stays -1 in the same order. */
  readonly engineShape?: readonly number[];
  /** What its elements stand for, by position in a row, where the configuration says it. */
  readonly labels?: readonly string[];
  /** What stands in the places that padding adds; left out: 0. */
  readonly padValue?: number;
}

/** What a version takes and gives, in the names of its clients. */
export interface Signature {
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/** What of the configuration speaks of a model's inputs and outputs. */
export interface SignatureClaims {
  readonly dialect: Dialect;
  readonly inputs: readonly TensorClaim[];
  readonly outputs: readonly TensorClaim[];
}

/**
 * The public signature of a model: the file's own, renamed and described by the configuration. In the Furiosa dialect
 * outputs are named by position unless the configuration gives them other names. Throws INVALID_ARGUMENT where the
 * configuration contradicts the file.
 */
export function signatureOf(
  file: { readonly inputs: readonly TensorSpec[]; readonly outputs: readonly TensorSpec[] },
  claims: SignatureClaims,
): Signature {
  const outputs = portsOf(file.outputs);
  const positions = outputs.map((port, i) => ({ ...port, spec: { ...port.spec, name: String(i) } }));
  const byPosition =
    claims.dialect === 'furiosa' && claims.outputs.every(({ name }) => isNameOf(positions, name));
  return {
    inputs: applyClaims('input', portsOf(file.inputs), claims.inputs),
    outputs: applyClaims('output', byPosition ? positions : outputs, claims.outputs),
  };
}

/** The specs alone. */
export function tensorsOf({ inputs, outputs }: Signature): Tensors {
  return { inputs: inputs.map((port) => port.spec), outputs: outputs.map((port) => port.spec) };
}

function portsOf(specs: readonly TensorSpec[]): readonly Port[] {
  return specs.map((spec) => ({ spec, engineName: spec.name }));
}

function isNameOf(ports: readonly Port[], name: string): boolean {
  return ports.some(({ spec }) => spec.name === name);
}

/**
 * An optional input that the engine does not ask for has a value in the file: nothing is left to be said of it.
 *
 * @param ports as they are named where the configuration says nothing of them
 */
function applyClaims(
  kind: 'input' | 'output',
  ports: readonly Port[],
  written: readonly TensorClaim[],
): readonly Port[] {
  const claims = written.filter(({ name, isOptional }) => !isOptional || isNameOf(ports, name));
  const byName = claims.every(({ name }) => isNameOf(ports, name));
  if (!byName && claims.length !== ports.length) {
    const known = ports.map(({ engineName }) => `'${engineName}'`).join(', ');
    throw invalid(
      `the configuration lists ${claims.length} ${kind}s by names of its own, but the model file has ${ports.length}: ${known}`,
    );
  }
  return ports.map((port, i) => {
    const claim = byName ? claims.find(({ name }) => name === port.spec.name) : claims[i];
    return claim === undefined ? port : claimed(kind, port, claim);
  });
}

function claimed(kind: 'input' | 'output', { spec, engineName }: Port, claim: TensorClaim): Port {
  const where = `${kind} '${claim.name}'`;
  if (claim.datatype !== null && claim.datatype !== spec.datatype) {
    throw invalid(
      `the configuration gives ${where} the datatype ${claim.datatype}, but in the model file it is ${spec.datatype}`,
    );
  }
  const claimedShape = claim.engineShape ?? claim.shape;
  if (claimedShape !== null && !fitsSpec(claimedShape, spec.shape)) {
    throw invalid(
      `the configuration gives ${where} the shape ${formatShape(claimedShape)}, but in the model file it is ${formatShape(spec.shape)}`,
    );
  }
  if (claim.batchAxis !== undefined && claim.batchAxis >= spec.shape.length) {
    const axes = spec.shape.length === 1 ? '1 axis' : `${spec.shape.length} axes`;
    throw invalid(
      `the configuration gives ${where} the batch axis ${claim.batchAxis}, counted from 0, but it has ${axes}: its shape is ${formatShape(spec.shape)}`,
    );
  }
  const description = claim.description === null ? {} : { description: claim.description };
  const labels = claim.labels === undefined ? {} : { labels: claim.labels };
  const labelFile = claim.labelFile === undefined ? {} : { labelFile: claim.labelFile };
  const format = claim.format === undefined ? {} : { format: claim.format };
  const batchAxis = claim.batchAxis === undefined ? {} : { batchAxis: claim.batchAxis };
  const padValue = claim.padValue === undefined ? {} : { padValue: claim.padValue };
  return {
    spec: { ...shaped(spec, claim), name: claim.name, ...description, ...labelFile, ...format, ...batchAxis },
    engineName,
    ...engineShapeOf(claim),
    ...labels,
    ...padValue,
  };
}

/** In the shape that clients must keep to, if the configuration says one. */
function shaped(spec: TensorSpec, { shape, engineShape }: TensorClaim): TensorSpec {
  if (shape === null || engineShape === undefined) return spec;
  if (isSameShape(shape, engineShape)) return { ...spec, shape };
  // The file names axes that clients do not see.
  const { axisNames, ...unnamed } = spec;
  return { ...unnamed, shape, engineShape };
}

function engineShapeOf({ shape, engineShape }: TensorClaim): Pick<Port, 'engineShape'> {
  if (shape === null || engineShape === undefined || isSameShape(shape, engineShape)) return {};
  return { engineShape };
}

function isSameShape(one: readonly number[], other: readonly number[]): boolean {
  return one.length === other.length && one.every((size, i) => size === other[i]);
}
