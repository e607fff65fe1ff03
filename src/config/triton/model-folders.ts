import type { WarmupEntry } from '#config/model-warmup.js';
import type { SequenceBatching } from '#config/sequence-batching.js';
import { locatedSequence } from '#config/sequence-batching.js';
import { reshape } from '#tensor/reshape.js';
import type { TritonTensor } from './triton-tensor.js';

/** Folders of a model in a repository, where Triton looks for what the configuration names without a path. */
const WARMUP = 'warmup';
const INITIAL_STATE = 'initial_state';

/** Samples whose files are named from the model's folder, and whose inputs have the shapes that the engine knows. */
export function warmupOfModel(
  entries: readonly WarmupEntry[],
  tensors: readonly TritonTensor[],
): readonly WarmupEntry[] {
  return entries.map((entry) => {
    const inputs = Object.entries(entry.sample.inputs).map(([name, input]) => {
      const { data } = input;
      const tensor = tensors.find((each) => each.name === name);
      // One that does not fit is told of when it is run.
      const dims =
        (tensor?.reshaped && reshape(input.dims, tensor.dims, tensor.reshaped.value)) ?? input.dims;
      const file = typeof data === 'string' ? data : { file: `${WARMUP}/${data.file}` };
      return [name, { ...input, dims, data: file }] as const;
    });
    return { ...entry, sample: { ...entry.sample, inputs: Object.fromEntries(inputs) } };
  });
}

/** The same whose files are named from the model's folder. */
export function sequenceOfModel(sequence: SequenceBatching): SequenceBatching {
  return { ...sequence, options: locatedSequence(sequence.options, (path) => `${INITIAL_STATE}/${path}`) };
}
