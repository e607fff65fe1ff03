import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import type { ModelMetadata } from '#inference/metadata.js';
import type { Port } from '#lifecycle/signature.js';

/** A wanted output: what the engine calls it, and what the answer calls it. */
export interface WantedOutput {
  readonly engineName: string;
  readonly answerName: string;
}

/**
 * The outputs a request wants, in its order. Each may be named as clients know it, as the model file does or, in the
 * Furiosa dialect, by its position; it is answered under the name it was asked by. Throws INVALID_ARGUMENT for an unknown one.
 */
export function resolveOutputs(
  wanted: readonly string[] | 'all',
  ports: readonly Port[],
  { name: model, dialect }: Pick<ModelMetadata, 'name' | 'dialect'>,
): readonly WantedOutput[] {
  if (wanted === 'all') {
    return ports.map((port) => ({ engineName: port.engineName, answerName: port.spec.name }));
  }
  const found = wanted.map((name) => {
    const port =
      ports.find((each) => each.spec.name === name) ??
      ports.find((each) => each.engineName === name) ??
      (dialect === 'furiosa' ? ports.find((_, position) => String(position) === name) : undefined);
    if (port !== undefined) return { engineName: port.engineName, answerName: name };
    const known = ports.map((each) => `'${each.spec.name}'`).join(',');
    throw invalid(`unexpected inference output '${clip(name)}' for model '${model}'; it has ${known}`);
  });
  const twice = found.find(
    (output, i) => found.findIndex((each) => each.engineName === output.engineName) < i,
  );
  if (twice)
    throw invalid(`output '${clip(twice.answerName)}' of model '${model}' is asked for more than once`);
  return found;
}
