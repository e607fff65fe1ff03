import { invalid } from '#core/errors.js';
import type { TensorSpec } from '#inference/metadata.js';
import { invertOrder, isPermutation, permute, permuteShape } from '#tensor/permute.js';
import { formatShape } from '#tensor/shape.js';
import type { Session } from './backend.js';
import { matchInputs } from './match-tensors.js';

/**
 * A session whose inputs are served with their axes in another order: `orders[i]` makes the served shape of input i
 * from the model's, as torch.permute does, and requests are turned back before the engine sees them. Inputs beyond the
 * last order stay as they are. Throws INVALID_ARGUMENT for orders that do not fit the model.
 */
export function permuted(session: Session, orders: readonly (readonly number[])[]): Session {
  if (orders.length === 0) return session;
  if (orders.length > session.inputs.length) {
    throw invalid(
      `permute_input has ${orders.length} orders, and the model has ${session.inputs.length} inputs`,
    );
  }
  const backOrders = new Map<string, readonly number[]>();
  const inputs = session.inputs.map((spec, i) => {
    const order = orders[i];
    if (order === undefined) return spec;
    const served = permutedSpec(spec, order, i);
    backOrders.set(spec.name, invertOrder(order));
    return served;
  });
  return {
    inputs,
    outputs: session.outputs,
    facts: session.facts,
    run: async (given, outputs) => {
      const turned = matchInputs(inputs, given).map((tensor) => {
        const back = backOrders.get(tensor.name);
        return back === undefined ? tensor : permute(tensor, back);
      });
      return session.run(turned, outputs);
    },
    dispose: () => session.dispose(),
  };
}

function permutedSpec(spec: TensorSpec, order: readonly number[], at: number): TensorSpec {
  const { name, datatype, shape, axisNames, quantization } = spec;
  const said = `permute_input[${at}] is ${formatShape(order)}, and input "${name}"`;
  if (datatype === 'BYTES') throw invalid(`${said} holds strings, whose axes cannot be permuted`);
  if (!isPermutation(order, shape.length)) {
    throw invalid(
      `${said} has the shape ${formatShape(shape)}: an order of its axes ${formatShape(shape.map((_, axis) => axis))} was expected`,
    );
  }
  const axis = quantization?.axis ?? null;
  return {
    ...spec,
    shape: permuteShape(shape, order),
    ...(axisNames && { axisNames: order.map((from) => axisNames[from] ?? null) }),
    ...(quantization && axis !== null && { quantization: { ...quantization, axis: order.indexOf(axis) } }),
  };
}
