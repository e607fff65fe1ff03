/** Puts a network together, layer by layer. Its weights are random, but the same in every run. */
import { bytesOf, tensorInfo } from '../../test/support/onnx-models.js';
import { encodeModel, type Node, type TensorDef, type ValueInfo } from '../../test/support/onnx-writer.js';
import { uniform } from '../arrivals.js';

type Attributes = NonNullable<Node['attributes']>;

export interface ConvForm {
  readonly from: number;
  readonly to: number;
  readonly kernel: number;
  readonly stride?: number;
}

/** Every method answers the name of the tensor that it makes. */
export class Net {
  readonly #nodes: Node[] = [];
  readonly #weights: TensorDef[] = [];
  #made = 0;

  op(op: string, inputs: readonly string[], attributes: Attributes = {}): string {
    const output = `t${this.#made++}`;
    this.#nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  }

  /** Random and about so large that the numbers stay as they are from layer to layer: neither infinite nor denormal. */
  weight(shape: readonly number[], fanIn: number): string {
    const random = uniform(this.#made);
    const scale = Math.sqrt(12 / fanIn);
    const values = new Float32Array(shape.reduce((product, axis) => product * axis, 1));
    for (let i = 0; i < values.length; i++) values[i] = (random() - 0.5) * scale;
    return this.#keep('FLOAT', shape, values);
  }

  filled(shape: readonly number[], value: number): string {
    const values = new Float32Array(shape.reduce((product, axis) => product * axis, 1)).fill(value);
    return this.#keep('FLOAT', shape, values);
  }

  integers(values: readonly number[]): string {
    return this.#keep('INT64', [values.length], BigInt64Array.from(values, BigInt));
  }

  /** With a bias, and as much around the image as keeps its size. */
  conv(input: string, { from, to, kernel, stride = 1 }: ConvForm): string {
    const weight = this.weight([to, from, kernel, kernel], from * kernel * kernel);
    const bias = this.filled([to], 0.01);
    const pad = (kernel - 1) >> 1;
    return this.op('Conv', [input, weight, bias], {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    });
  }

  relu(input: string): string {
    return this.op('Relu', [input]);
  }

  maxPool(input: string): string {
    return this.op('MaxPool', [input], { kernel_shape: [3, 3], strides: [2, 2], pads: [1, 1, 1, 1] });
  }

  dense(input: string, from: number, to: number): string {
    const product = this.op('MatMul', [input, this.weight([from, to], from)]);
    return this.op('Add', [product, this.filled([to], 0.01)]);
  }

  /** The bytes of a model file whose only output, `output`, is the tensor `end`. */
  model(input: ValueInfo, end: string, shape: readonly (number | string)[]): Uint8Array {
    this.#nodes.push({ op: 'Identity', inputs: [end], outputs: ['output'] });
    return encodeModel({
      graph: {
        nodes: this.#nodes,
        initializers: this.#weights,
        inputs: [input],
        outputs: [tensorInfo('output', 'FP32', shape)],
      },
    });
  }

  #keep(type: 'FLOAT' | 'INT64', shape: readonly number[], values: Float32Array | BigInt64Array): string {
    const name = `w${this.#made++}`;
    this.#weights.push({ name, type, shape, raw: bytesOf(values) });
    return name;
  }
}
