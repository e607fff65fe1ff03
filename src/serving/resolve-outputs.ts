import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import { batchAxisOf } from '#inference/batch-axis.js';
import type { ModelMetadata } from '#inference/metadata.js';
import type { RequestedOutput } from '#inference/request.js';
import type { Port } from '#lifecycle/signature.js';
import { checkClassified } from './classify.js';

/** A wanted output: what the engine calls it, what the answer calls it, and in which form it is wanted. */
export interface WantedOutput {
  readonly engineName: string;
  readonly answerName: string;
  /** Not the tensor but so many of its largest elements; 0 for the tensor. */
  readonly classes: number;
  /** What its elements stand for; empty where nobody said it. */
  readonly labels: readonly string[];
  /** Along which its rows lie, where the model has batches. */
  readonly batchAxis: number;
}

/**
 * The outputs a request wants, in its order. Each may be named as clients know it, as the model file does or, in the
 * Furiosa dialect, by its position; it is answered under the name it was asked by. Throws INVALID_ARGUMENT for
 * an unknown one, and for one to be classified whose elements have no order.
 */
export function resolveOutputs(
  wanted: readonly RequestedOutput[] | 'all',
  ports: readonly Port[],
  { name: model, dialect }: Pick<ModelMetadata, 'name' | 'dialect'>,
): readonly WantedOutput[] {
  if (wanted === 'all') {
    return ports.map((port) => wantedOf(port, port.spec.name, 0));
  }
  const found = wanted.map(({ name, classes }) => {
    const port =
      ports.find((each) => each.spec.name === name) ??
      ports.find((each) => each.engineName === name) ??
      (dialect === 'furiosa' ? ports.find((_, position) => String(position) === name) : undefined);
    if (port !== undefined) return wantedOf(port, name, classes);
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

function wantedOf(
  { engineName, spec, labels = [] }: Port,
  answerName: string,
  classes: number,
): WantedOutput {
  if (classes > 0) checkClassified(answerName, spec.datatype);
  return { engineName, answerName, classes, labels, batchAxis: batchAxisOf(spec) };
}
