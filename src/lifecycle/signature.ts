import { invalid } from '#core/errors.js';
import type { Dialect, TensorSpec } from '#inference/metadata.js';
import { fitsSpec, formatShape } from '#tensor/shape.js';
import type { TensorClaim } from './offer.js';

/** One input or output as clients know it, and the name its engine knows. */
export interface Port {
  readonly spec: TensorSpec;
  readonly engineName: string;
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
 * outputs are named by position unless the configuration names them. Throws INVALID_ARGUMENT where the configuration
 * contradicts the file.
 */
export function signatureOf(
  file: { readonly inputs: readonly TensorSpec[]; readonly outputs: readonly TensorSpec[] },
  claims: SignatureClaims,
): Signature {
  const outputs = applyClaims('output', file.outputs, claims.outputs);
  const byPosition = claims.dialect === 'furiosa' && claims.outputs.length === 0;
  return {
    inputs: applyClaims('input', file.inputs, claims.inputs),
    outputs: byPosition
      ? outputs.map((port, i) => ({ ...port, spec: { ...port.spec, name: String(i) } }))
      : outputs,
  };
}

function applyClaims(
  kind: 'input' | 'output',
  specs: readonly TensorSpec[],
  claims: readonly TensorClaim[],
): readonly Port[] {
  const names = new Set(specs.map((spec) => spec.name));
  const byName = claims.every((claim) => names.has(claim.name));
  if (!byName && claims.length !== specs.length) {
    const known = specs.map((spec) => `'${spec.name}'`).join(', ');
    throw invalid(
      `the configuration lists ${claims.length} ${kind}s by names of its own, but the model file has ${specs.length}: ${known}`,
    );
  }
  return specs.map((spec, i) => {
    const claim = byName ? claims.find((each) => each.name === spec.name) : claims[i];
    return claim === undefined ? { spec, engineName: spec.name } : claimed(kind, spec, claim);
  });
}

function claimed(kind: 'input' | 'output', spec: TensorSpec, claim: TensorClaim): Port {
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
  const description = claim.description === null ? {} : { description: claim.description };
  return { spec: { ...spec, name: claim.name, ...description }, engineName: spec.name };
}
