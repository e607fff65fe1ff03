import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import type { Port } from '#lifecycle/signature.js';
import { alignShape, fitsSpec, formatShape } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';

/** What a request's tensors are held against. */
export interface InputRules {
  readonly model: string;
  readonly ports: readonly Port[];
  /** Names and shapes must be the model's own. */
  readonly strict: boolean;
}

/**
 * The request's inputs under the engine's names and shapes, in the model's order. Inputs are matched by name; when
 * none of the names is one of the model's and the counts agree, by position (unless strict). Shapes may differ in axes
 * of length 1 (unless strict). Throws INVALID_ARGUMENT, in Triton's words where it has some.
 */
export function resolveInputs(inputs: readonly Tensor[], rules: InputRules): readonly Tensor[] {
  const given = byName(inputs, rules) ?? byPosition(inputs, rules) ?? complain(inputs, rules);
  return rules.ports.map((port, i) => fit(given[i] as Tensor, port, rules));
}

function byName(inputs: readonly Tensor[], { ports }: InputRules): readonly Tensor[] | null {
  if (inputs.length !== ports.length) return null;
  const found = ports.map((port) => inputs.find((input) => input.name === port.spec.name));
  return found.every((input) => input !== undefined) ? found : null;
}

function byPosition(inputs: readonly Tensor[], { ports, strict }: InputRules): readonly Tensor[] | null {
  if (strict || inputs.length !== ports.length) return null;
  const known = new Set(ports.map((port) => port.spec.name));
  return inputs.some((input) => known.has(input.name)) ? null : inputs;
}

function complain(inputs: readonly Tensor[], { ports, model }: InputRules): never {
  const known = ports.map((port) => port.spec.name);
  const names = inputs.map((input) => input.name);
  const stranger = names.find((name) => !known.includes(name));
  if (stranger !== undefined && names.length >= known.length) {
    throw invalid(
      `unexpected inference input '${clip(stranger)}' for model '${model}'; its ${plural(known.length, 'input is', 'inputs are')} ${quoted(known)}`,
    );
  }
  const missing = known.filter((name) => !names.includes(name));
  throw invalid(
    `expected ${known.length} inputs but got ${names.length} inputs for model '${model}'. ` +
      `Got input(s) [${quoted(names.map((name) => clip(name)))}], but missing required input(s) [${quoted(missing)}]. Please provide all required input(s).`,
  );
}

function fit(input: Tensor, { spec, engineName }: Port, { model, strict }: InputRules): Tensor {
  if (input.datatype !== spec.datatype) {
    throw invalid(
      `inference input '${clip(input.name)}' data-type is '${input.datatype}', but model '${model}' expects '${spec.datatype}'`,
    );
  }
  const shape = strict
    ? fitsSpec(input.shape, spec.shape)
      ? input.shape
      : null
    : alignShape(input.shape, spec.shape);
  if (shape === null) {
    throw invalid(
      `unexpected shape for input '${clip(input.name)}' for model '${model}'. Expected ${formatShape(spec.shape)}, got ${formatShape(input.shape)}.`,
    );
  }
  return { name: engineName, datatype: spec.datatype, shape, data: input.data };
}

function quoted(names: readonly string[]): string {
  return names.map((name) => `'${name}'`).join(',');
}

function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}
