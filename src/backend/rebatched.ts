import { invalid, messageOf, ServingError } from '#core/errors.js';
import type { TensorSpec } from '#inference/metadata.js';
import { concatRows } from '#tensor/concat.js';
import { splitRows } from '#tensor/slice.js';
import type { Tensor } from '#tensor/tensor.js';
import type { Session } from './backend.js';
import { matchInputs } from './match-tensors.js';

/**
 * A session that takes and gives `batchSize` times the rows of the model, as if it had been compiled so: the first axis
 * of every input and output is that many times longer, an open one becomes that long. A model whose inputs all leave
 * the first axis open runs once; any other runs once for each of its own batches. null, 0 and 1 change nothing.
 * Throws INVALID_ARGUMENT where there is no first axis.
 */
export function rebatched(session: Session, batchSize: number | null): Session {
  if (batchSize === null || batchSize === 0 || batchSize === 1) return session;
  if (!Number.isSafeInteger(batchSize) || batchSize < 0) {
    throw invalid(`batch_size is ${batchSize}; a whole number was expected`);
  }
  for (const [side, specs] of [['input', session.inputs] as const, ['output', session.outputs] as const]) {
    for (const { name, shape } of specs) {
      if (shape.length > 0) continue;
      throw invalid(`batch_size is ${batchSize}, and ${side} "${name}" is a scalar without a first axis`);
    }
  }
  const isOpen = session.inputs.every(({ shape }) => shape[0] === -1);
  return isOpen ? fixed(session, batchSize) : repeated(session, batchSize);
}

/** The open first axes get a size; the engine runs the batch as one. */
function fixed(session: Session, batchSize: number): Session {
  const withSize = (spec: TensorSpec): TensorSpec =>
    spec.shape[0] === -1 ? { ...spec, shape: [batchSize, ...spec.shape.slice(1)] } : spec;
  return {
    inputs: session.inputs.map(withSize),
    outputs: session.outputs.map(withSize),
    facts: session.facts,
    run: (inputs, outputs) => session.run(inputs, outputs),
    dispose: () => session.dispose(),
  };
}

/** The batch is cut into the model's own, run one after the other, and the answers are joined. */
function repeated(session: Session, batchSize: number): Session {
  const rowsOf = new Map(session.inputs.map(({ name, shape: [rows = 1] }) => [name, rows === -1 ? 1 : rows]));
  const inputs = session.inputs.map((spec) => ({
    ...spec,
    shape: [(rowsOf.get(spec.name) ?? 1) * batchSize, ...spec.shape.slice(1)],
  }));
  return {
    inputs,
    outputs: session.outputs.map((spec) => longer(spec, batchSize)),
    facts: session.facts,
    dispose: () => session.dispose(),
    async run(given, outputs) {
      const parts = matchInputs(inputs, given).map((tensor) =>
        splitRows(tensor, new Array<number>(batchSize).fill(rowsOf.get(tensor.name) ?? 1)),
      );
      const answers: (readonly Tensor[])[] = [];
      for (let i = 0; i < batchSize; i++) {
        const part = parts.map((each) => each[i]).filter((tensor) => tensor !== undefined);
        answers.push(await session.run(part, outputs));
      }
      return outputs.map((_, at) => joined(answers.map((answer) => answer[at])));
    },
  };
}

/** An output with an open first axis keeps it: how long each run's answer is, only the runs tell. */
function longer(spec: TensorSpec, batchSize: number): TensorSpec {
  const [rows = 1, ...rest] = spec.shape;
  return rows === -1 ? spec : { ...spec, shape: [rows * batchSize, ...rest] };
}

function joined(answers: readonly (Tensor | undefined)[]): Tensor {
  try {
    return concatRows(answers.filter((tensor) => tensor !== undefined));
  } catch (thrown) {
    throw new ServingError('INTERNAL', `the batch cannot be put together: ${messageOf(thrown)}`, {
      cause: thrown,
    });
  }
}
