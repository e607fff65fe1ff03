import { invalid } from '#core/errors.js';
import type { Dialect, TensorSpec } from '#inference/metadata.js';
import { fitsSpec, formatShape } from '#tensor/shape.js';
import type { Tensors } from './batch-axis.js';
import type { TensorClaim } from './offer.js';

/** One input or output as clients know it, and the name its engine knows. */
export interface Port {
  readonly spec: TensorSpec;
  readonly engineName: string;
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

/** @param ports as they are named where the configuration says nothing of them */
function applyClaims(
  kind: 'input' | 'output',
  ports: readonly Port[],
  claims: readonly TensorClaim[],
): readonly Port[] {
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
  if (claim.shape !== null && !fitsSpec(claim.shape, spec.shape)) {
    throw invalid(
      `the configuration gives ${where} the shape ${formatShape(claim.shape)}, but in the model file it is ${formatShape(spec.shape)}`,
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
  const batchAxis = claim.batchAxis === undefined ? {} : { batchAxis: claim.batchAxis };
  const padValue = claim.padValue === undefined ? {} : { padValue: claim.padValue };
  return {
    spec: { ...spec, name: claim.name, ...description, ...labelFile, ...batchAxis },
    engineName,
    ...labels,
    ...padValue,
  };
}
