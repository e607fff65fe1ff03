import type { SequenceOptions } from './offer.js';
import type { Port, Signature } from './signature.js';

/**
 * What clients see of a model: without the inputs that the server fills in, controls and states, and without the outputs
 * that it keeps for the next request of a sequence. The names in the options are the engine's.
 */
export function publicSignature(signature: Signature, sequence: SequenceOptions | null): Signature {
  if (sequence === null) return signature;
  const { controls, states } = sequence;
  const inputs = [...controls.map(({ name }) => name), ...states.map(({ inputName }) => inputName)];
  const outputs = states.map(({ outputName }) => outputName);
  return { inputs: without(signature.inputs, inputs), outputs: without(signature.outputs, outputs) };
}

function without(ports: readonly Port[], names: readonly string[]): readonly Port[] {
  return ports.filter(({ engineName }) => !names.includes(engineName));
}
