import { ServingError } from '#core/errors.js';
import type { Submitter } from '#scheduler/task.js';
import { reshape } from '#tensor/reshape.js';
import { formatShape } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import type { Port, Signature } from './signature.js';

/** Ports under their engine names, those alone that are reshaped. */
type Reshaped = ReadonlyMap<string, Required<Pick<Port, 'engineShape'>> & Pick<Port, 'spec'>>;

/**
 * The way of a job on which its inputs get the shapes that the engine knows, and its outputs those that clients know. The
 * elements stay as they are. Rejects with INTERNAL where an output has a shape that the configuration does not allow.
 */
export function reshaping(inner: Submitter, { inputs, outputs }: Signature): Submitter {
  const [into, outOf] = [reshapedOf(inputs), reshapedOf(outputs)];
  if (into.size === 0 && outOf.size === 0) return inner;
  return {
    submit: async (job, call) => {
      const result = await inner.submit(
        { ...job, inputs: job.inputs.map((tensor) => given(tensor, into)) },
        call,
      );
      return { ...result, outputs: result.outputs.map((tensor) => made(tensor, outOf)) };
    },
  };
}

function reshapedOf(ports: readonly Port[]): Reshaped {
  return new Map(
    ports.flatMap(({ engineName, engineShape, spec }) =>
      engineShape === undefined ? [] : [[engineName, { engineShape, spec }] as const],
    ),
  );
}

/** Inputs have been held against their specs. */
function given(tensor: Tensor, reshaped: Reshaped): Tensor {
  const port = reshaped.get(tensor.name);
  const shape = port && reshape(tensor.shape, port.spec.shape, port.engineShape);
  return shape ? { ...tensor, shape } : tensor;
}

function made(tensor: Tensor, reshaped: Reshaped): Tensor {
  const port = reshaped.get(tensor.name);
  if (port === undefined) return tensor;
  const shape = reshape(tensor.shape, port.engineShape, port.spec.shape);
  if (shape !== null) return { ...tensor, shape };
  throw new ServingError(
    'INTERNAL',
    `the model made output '${port.spec.name}' in the shape ${formatShape(tensor.shape)}, and the configuration reshapes ${formatShape(port.engineShape)}`,
  );
}
