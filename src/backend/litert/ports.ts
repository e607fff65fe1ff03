import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import type { TensorSpec } from '#inference/metadata.js';
import { elementCount } from '#tensor/shape.js';
import type { NamedTensor, TfliteModel, TfliteSignature, TfliteTensor } from './read-tflite.js';

/** An input or output of a model: what clients see of it, and what the engine needs to know. */
export interface Port {
  readonly spec: TensorSpec;
  /** Position in the subgraph's tensors: two outputs may be the same tensor. */
  readonly tensor: number;
  /** LiteRT's number for the datatype. */
  readonly elementType: number;
  readonly bytes: number;
}

/** The inputs and outputs that are served, in the order in which the engine takes and gives them. */
export interface Ports {
  /** Position of the signature that is run; 0 where the file has none, for which LiteRT makes one up. */
  readonly signature: number;
  readonly subgraph: number;
  readonly inputs: readonly Port[];
  readonly outputs: readonly Port[];
}

/**
 * What is served of a model: the signature `serving_default`, else the one of the main subgraph, else the first; the
 * main subgraph where there is none. Names are the signature's, else the tensors' own. The order is the subgraph's
 * (LiteRT's too), whatever the signature's. Throws ServingError for a tensor that cannot be served.
 */
export function portsOf(model: TfliteModel): Ports {
  const { signatures } = model;
  const signature =
    signatures.find(({ key }) => key === 'serving_default') ??
    signatures.find(({ subgraph }) => subgraph === 0) ??
    signatures[0];
  const index = signature?.subgraph ?? 0;
  const subgraph = model.subgraphs[index];
  if (!subgraph) throw invalid('the TFLite file holds no subgraph: there is nothing to run');
  const ports = (
    role: 'input' | 'output',
    given: readonly number[],
    named: readonly NamedTensor[],
  ): Port[] => {
    const names = distinct(given.map((tensor) => nameOf(tensor, named, subgraph.tensors)));
    return given.map((tensor, i) => portOf(role, names[i] ?? '', tensor, subgraph.tensors));
  };
  return {
    signature: signature ? signatures.indexOf(signature) : 0,
    subgraph: index,
    inputs: ports('input', subgraph.inputs, signature?.inputs ?? []),
    outputs: ports('output', subgraph.outputs, signature?.outputs ?? []),
  };
}

/** The keys of a model's signatures, for people. */
export function signatureKeys(signatures: readonly TfliteSignature[]): string {
  return signatures.map(({ key }) => key).join(', ');
}

function nameOf(tensor: number, named: readonly NamedTensor[], tensors: readonly TfliteTensor[]): string {
  return named.find((entry) => entry.tensor === tensor)?.name || (tensors[tensor]?.name ?? '');
}

/** A name that stands before already gets its position appended: a tensor may be listed twice. */
function distinct(names: readonly string[]): readonly string[] {
  return names.map((name, i) => (names.indexOf(name) === i ? name : `${name}:${i}`));
}

/**
 * The shape is the concrete one even where the file leaves axes open: LiteRT for WebAssembly has no call to resize an
 * input, and answers with uninitialised memory when it is handed another size.
 */
function portOf(
  role: 'input' | 'output',
  name: string,
  index: number,
  tensors: readonly TfliteTensor[],
): Port {
  const tensor = tensors[index];
  const { datatype, elementType, bits, name: type } = tensor?.type ?? {};
  if (!tensor || !datatype || !elementType || !bits) {
    throw invalid(`${role} "${clip(name)}" is of type ${type}, which cannot be served`);
  }
  const bytes = (elementCount(tensor.shape) * bits) / 8;
  const { shape, quantization } = tensor;
  const spec = { name, datatype, shape, ...(quantization && { quantization }) };
  return { spec, tensor: index, elementType, bytes };
}
