import { invalid, messageOf } from '#core/errors.js';
import { batchAxisOf } from '#inference/batch-axis.js';
import type { TensorSpec } from '#inference/metadata.js';
import type { BatchLayout, CutOutput, PaddedInput } from '#scheduler/batch-layout.js';
import { elementOf } from '#tensor/fill.js';
import type { Port, Signature } from './signature.js';

/** An open axis of a tensor that is not its batch's. */
interface OpenAxis {
  readonly axis: number;
  /** What the file calls it. */
  readonly name: string;
}

/**
 * What `pad_variable_length_inputs` comes to: every open axis of an input is padded, and an axis of an output that bears
 * the name of one is cut back to the size that it had in the request. Throws INVALID_ARGUMENT where the file does not
 * say which axes belong together: what padding does to an answer would be anybody's guess.
 */
export function paddingOf(
  { inputs, outputs }: Signature,
  maxRows: number,
): Pick<BatchLayout, 'padded' | 'cut'> {
  if (maxRows === 0) {
    throw invalid('pad_variable_length_inputs is true, but the model has no batch axis');
  }
  const padded = inputs.flatMap(paddedInput);
  return { padded, cut: outputs.flatMap((port) => cutOutput(port, padded)) };
}

function paddedInput({ spec, engineName, padValue: value = 0 }: Port): readonly PaddedInput[] {
  const axes = openAxesOf('input', spec);
  if (axes.length === 0) return [];
  try {
    elementOf(spec.datatype, value);
  } catch (thrown) {
    throw invalid(`input '${spec.name}' cannot be padded: ${messageOf(thrown)}`);
  }
  const axisNames = axes.map(({ name }) => name);
  return [{ name: engineName, axes: axes.map(({ axis }) => axis), axisNames, value }];
}

function cutOutput({ spec, engineName }: Port, padded: readonly PaddedInput[]): readonly CutOutput[] {
  const axes = openAxesOf('output', spec).map(({ axis, name }) => {
    const source = padded.find(({ axisNames }) => axisNames?.includes(name));
    const inputAxis = source?.axes[source.axisNames?.indexOf(name) ?? -1];
    if (source === undefined || inputAxis === undefined) {
      throw invalid(
        `pad_variable_length_inputs is true, but no input has the axis '${name}' of output '${spec.name}': how much of it is padding cannot be told`,
      );
    }
    return { axis, input: source.name, inputAxis };
  });
  return axes.length === 0 ? [] : [{ name: engineName, axes }];
}

function openAxesOf(kind: 'input' | 'output', spec: TensorSpec): readonly OpenAxis[] {
  const batchAxis = batchAxisOf(spec);
  return spec.shape.flatMap((size, axis) => {
    if (size !== -1 || axis === batchAxis) return [];
    const name = spec.axisNames?.[axis];
    if (name !== undefined && name !== null) return [{ axis, name }];
    throw invalid(
      `pad_variable_length_inputs is true, but the model file has no name for the open axis ${axis} of ${kind} '${spec.name}', by which inputs and outputs are matched`,
    );
  });
}
