/** The models that batching is measured with. Weights and inputs are random, but the same in every run. */
import { bytesOf, tensorInfo, writeModel } from '../../test/support/onnx-models.js';
import { encodeModel, type Node, type TensorDef } from '../../test/support/onnx-writer.js';
import { uniform } from '../arrivals.js';
import { samples, temporaryFolder } from '../samples.js';

export interface BenchModel {
  readonly name: string;
  /** What it is, for a reader. */
  readonly what: string;
  readonly path: string;
  /** Of one row, without the axis of the batch. */
  readonly rowShape: readonly number[];
}

/** Batching pays: one row costs nearly as much as a batch, because the weights have to come from memory every time. */
export function denseModel(width: number, depth: number): BenchModel {
  const layers = Array.from({ length: depth }, (_, i) => i);
  const nodes = layers.flatMap((i): Node[] => [
    { op: 'MatMul', inputs: [i === 0 ? 'input' : `h${i - 1}`, `w${i}`], outputs: [`p${i}`] },
    { op: 'Relu', inputs: [`p${i}`], outputs: [i === depth - 1 ? 'output' : `h${i}`] },
  ]);
  const weights = layers.map((i) => randomTensor(`w${i}`, [width, width], i));
  const shape = ['batch', width];
  return {
    name: 'dense',
    what: `${depth} layers of ${width} x ${width} FP32, whose weights stream from memory: batching pays`,
    path: written('dense', nodes, weights, shape, shape),
    rowShape: [width],
  };
}

/** Batching does not pay: a batch costs as much as its rows one by one. */
export function convModel(name: string, side: number, depth: number): BenchModel {
  const channels = 64;
  const layers = Array.from({ length: depth }, (_, i) => i);
  const nodes = layers.flatMap((i): Node[] => [
    {
      op: 'Conv',
      inputs: [i === 0 ? 'input' : `h${i - 1}`, `w${i}`],
      outputs: [`p${i}`],
      attributes: { kernel_shape: [3, 3], pads: [1, 1, 1, 1] },
    },
    { op: 'Relu', inputs: [`p${i}`], outputs: [`h${i}`] },
  ]);
  nodes.push(
    { op: 'GlobalAveragePool', inputs: [`h${depth - 1}`], outputs: ['mean'] },
    { op: 'Flatten', inputs: ['mean'], outputs: ['output'] },
  );
  const weights = layers.map((i) => randomTensor(`w${i}`, [channels, i === 0 ? 3 : channels, 3, 3], 3 + i));
  const rowShape = [3, side, side];
  return {
    name,
    what: `${depth} convolutions of ${channels} channels on ${side} x ${side}: batching does not pay`,
    path: written(name, nodes, weights, ['batch', ...rowShape], ['batch', channels]),
    rowShape,
  };
}

/** What is around the model costs more than the model. */
export function mnistModel(): BenchModel {
  return {
    name: 'mnist',
    what: 'the sample `samples/data/mnist.onnx`, some tens of microseconds: what is around the model costs more',
    path: samples('data/mnist.onnx'),
    rowShape: [1, 28, 28],
  };
}

/** The elements of one row, between 0 and 1. */
export function oneRow({ rowShape }: BenchModel): Uint8Array {
  const random = uniform(7);
  return bytesOf(
    Float32Array.from({ length: rowShape.reduce((product, axis) => product * axis, 1) }, random),
  );
}

function written(
  name: string,
  nodes: readonly Node[],
  initializers: readonly TensorDef[],
  input: readonly (number | string)[],
  output: readonly (number | string)[],
): string {
  const bytes = encodeModel({
    graph: {
      nodes,
      initializers,
      inputs: [tensorInfo('input', 'FP32', input)],
      outputs: [tensorInfo('output', 'FP32', output)],
    },
  });
  return writeModel(temporaryFolder(), `${name}.onnx`, bytes);
}

/** As large as keeps the numbers about 1 from layer to layer: no infinities, and no denormal numbers, which are slow. */
function randomTensor(name: string, shape: readonly number[], seed: number): TensorDef {
  const random = uniform(seed);
  const count = shape.reduce((product, axis) => product * axis, 1);
  const fanIn = count / (shape.length === 2 ? (shape[1] ?? 1) : (shape[0] ?? 1));
  const scale = Math.sqrt(24 / fanIn);
  const values = new Float32Array(count);
  for (let i = 0; i < count; i++) values[i] = (random() - 0.5) * scale;
  return { name, type: 'FLOAT', shape, raw: bytesOf(values) };
}
