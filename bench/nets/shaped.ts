/**
 * Networks that have the layers of well-known ones, and random weights: they cost what those cost and know nothing.
 * Sources: K. He et al., "Deep Residual Learning" (ResNet-50, stride in the 3x3); F. Iandola et al. (SqueezeNet 1.1);
 * J. Devlin et al. (BERT; here 6 layers of 384, as MiniLM has them).
 */

import type { DataType } from '#tensor/datatype.js';
import { tensorInfo, writeModel } from '../../test/support/onnx-models.js';
import { temporaryFolder } from '../samples.js';
import { Net } from './net.js';

/** A model and one request to it. */
export interface ShapedModel {
  readonly name: string;
  /** For a reader. */
  readonly what: string;
  readonly path: string;
  readonly input: string;
  readonly datatype: DataType;
  /** Of the inputs that requests take in turns, with the axis of the batch. */
  readonly shapes: readonly (readonly number[])[];
}

const IMAGE = [3, 224, 224];
const CLASSES = 1000;
/** Of ResNet-50: blocks, and how wide their middle is. */
const STAGES = [
  [3, 64],
  [4, 128],
  [6, 256],
  [3, 512],
] as const;
const EXPANSION = 4;

/** @param batch how the first axis is written: a name where it is open */
export function resnet50(batch: number | 'batch' = 1): ShapedModel {
  const net = new Net();
  let at = net.maxPool(net.relu(net.conv('input', { from: 3, to: 64, kernel: 7, stride: 2 })));
  let from = 64;
  for (const [stage, [blocks, width]] of STAGES.entries()) {
    for (let block = 0; block < blocks; block++) {
      const stride = block === 0 && stage > 0 ? 2 : 1;
      at = bottleneck(net, at, { from, width, stride });
      from = width * EXPANSION;
    }
  }
  const flat = net.op('Flatten', [net.op('GlobalAveragePool', [at])]);
  const end = net.dense(flat, from, CLASSES);
  return image('resnet50', 'the layers of ResNet-50, 4.1 GFLOP', batch, net, end);
}

function bottleneck(
  net: Net,
  input: string,
  { from, width, stride }: { readonly from: number; readonly width: number; readonly stride: number },
): string {
  const to = width * EXPANSION;
  const narrow = net.relu(net.conv(input, { from, to: width, kernel: 1 }));
  const middle = net.relu(net.conv(narrow, { from: width, to: width, kernel: 3, stride }));
  const wide = net.conv(middle, { from: width, to, kernel: 1 });
  const past = from === to && stride === 1 ? input : net.conv(input, { from, to, kernel: 1, stride });
  return net.relu(net.op('Add', [wide, past]));
}

export function squeezenet(batch: number | 'batch' = 1): ShapedModel {
  const net = new Net();
  let at = net.maxPool(net.relu(net.conv('input', { from: 3, to: 64, kernel: 3, stride: 2 })));
  let from = 64;
  const fire = (squeezed: number, expanded: number): void => {
    const narrow = net.relu(net.conv(at, { from, to: squeezed, kernel: 1 }));
    const sides = [1, 3].map((kernel) =>
      net.relu(net.conv(narrow, { from: squeezed, to: expanded, kernel })),
    );
    at = net.op('Concat', sides, { axis: 1 });
    from = 2 * expanded;
  };
  fire(16, 64);
  fire(16, 64);
  at = net.maxPool(at);
  fire(32, 128);
  fire(32, 128);
  at = net.maxPool(at);
  fire(48, 192);
  fire(48, 192);
  fire(64, 256);
  fire(64, 256);
  const scores = net.relu(net.conv(at, { from, to: CLASSES, kernel: 1 }));
  const end = net.op('Flatten', [net.op('GlobalAveragePool', [scores])]);
  return image('squeezenet', 'the layers of SqueezeNet 1.1, 0.35 GFLOP', batch, net, end);
}

function image(name: string, layers: string, batch: number | 'batch', net: Net, end: string): ShapedModel {
  const bytes = net.model(tensorInfo('input', 'FP32', [batch, ...IMAGE]), end, [batch, CLASSES]);
  return {
    name,
    what: `${layers}; 602,112 bytes of FP32 in, 4,000 out`,
    path: writeModel(temporaryFolder(), `${name}.onnx`, bytes),
    input: 'input',
    datatype: 'FP32',
    shapes: [[1, ...IMAGE]],
  };
}

const BERT = { layers: 6, width: 384, heads: 12, inner: 1536, words: 30_522, longest: 512 };
/** Of texts: requests have these lengths in turns. */
const LENGTHS = [32, 256, 64, 192, 128];

export function bert(): ShapedModel {
  const { layers, width, words } = BERT;
  const net = new Net();
  const word = net.op('Gather', [net.weight([words, width], 12), 'input']);
  let at = norm(net, net.op('Add', [word, net.op('Slice', positionsUpTo(net))]));
  for (let layer = 0; layer < layers; layer++) {
    at = norm(net, net.op('Add', [at, attention(net, at)]));
    at = norm(net, net.op('Add', [at, feedForward(net, at)]));
  }
  const first = net.op('Gather', [at, net.integers([0])], { axis: 1 });
  const end = net.op('Flatten', [first]);
  const bytes = net.model(tensorInfo('input', 'INT64', ['batch', 'length']), end, ['batch', width]);
  return {
    name: 'bert',
    what: `${layers} layers of ${width} as BERT has them; texts of ${LENGTHS.join(', ')} words in turns`,
    path: writeModel(temporaryFolder(), 'bert.onnx', bytes),
    input: 'input',
    datatype: 'INT64',
    shapes: LENGTHS.map((length) => [1, length]),
  };
}

/** The inputs of a Slice that cuts the embeddings of the positions to the length of the text. */
function positionsUpTo(net: Net): string[] {
  const shape = net.op('Shape', ['input']);
  const length = net.op('Gather', [shape, net.integers([1])]);
  return [net.weight([BERT.longest, BERT.width], 12), net.integers([0]), length, net.integers([0])];
}

function norm(net: Net, input: string): string {
  const { width } = BERT;
  return net.op('LayerNormalization', [input, net.filled([width], 1), net.filled([width], 0)], { axis: -1 });
}

function attention(net: Net, input: string): string {
  const { width, heads } = BERT;
  const size = width / heads;
  const split = (perm: readonly number[]): string => {
    const parts = net.op('Reshape', [net.dense(input, width, width), net.integers([0, 0, heads, size])]);
    return net.op('Transpose', [parts], { perm });
  };
  const [query, key, value] = [split([0, 2, 1, 3]), split([0, 2, 3, 1]), split([0, 2, 1, 3])];
  const scores = net.op('Mul', [net.op('MatMul', [query, key]), net.filled([], 1 / Math.sqrt(size))]);
  const mixed = net.op('MatMul', [net.op('Softmax', [scores], { axis: -1 }), value]);
  const joined = net.op('Reshape', [
    net.op('Transpose', [mixed], { perm: [0, 2, 1, 3] }),
    net.integers([0, 0, width]),
  ]);
  return net.dense(joined, width, width);
}

function feedForward(net: Net, input: string): string {
  const { width, inner } = BERT;
  const wide = net.dense(input, width, inner);
  const curve = net.op('Erf', [net.op('Mul', [wide, net.filled([], Math.SQRT1_2)])]);
  const half = net.op('Mul', [
    net.op('Mul', [wide, net.filled([], 0.5)]),
    net.op('Add', [curve, net.filled([], 1)]),
  ]);
  return net.dense(half, inner, width);
}
