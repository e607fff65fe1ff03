/**
 * Writes ONNX files: just enough of the protobuf encoding and of onnx.proto for the models the tests need. It shares
 * no code with the reader in src/backend/onnxruntime, so that each checks the other.
 * Source of the field numbers: onnx/onnx.proto of ONNX 1.16.
 */

/** TensorProto.DataType, by the names onnx.proto gives them. */
export const ONNX_TYPE = {
  FLOAT: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  STRING: 8,
  BOOL: 9,
  FLOAT16: 10,
  DOUBLE: 11,
  UINT32: 12,
  UINT64: 13,
  COMPLEX64: 14,
  BFLOAT16: 16,
  INT4: 22,
} as const;

export type OnnxType = keyof typeof ONNX_TYPE;

export type ValueType =
  /** A string in `shape` is a symbolic axis, null an axis without any size; no shape at all leaves the rank open. */
  | { readonly tensor: OnnxType; readonly shape?: readonly (number | string | null)[] }
  | { readonly sequence: ValueType }
  | { readonly map: { readonly key: OnnxType; readonly value: ValueType } };

export interface ValueInfo {
  readonly name: string;
  readonly type: ValueType;
}

export interface TensorDef {
  readonly name?: string;
  readonly type: OnnxType;
  readonly shape: readonly number[];
  readonly raw?: Uint8Array;
  /** Instead of `raw`: the bytes are in this file, beside the model. */
  readonly external?: { readonly location: string; readonly offset: number; readonly length: number };
}

/** A whole number is written as INT: say `{ float: 2 }` for one that is meant as FLOAT. */
export type Attribute =
  | number
  | string
  | { readonly float: number }
  | readonly number[]
  | { readonly tensor: TensorDef }
  | { readonly graph: Graph };

export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
}

export interface Graph {
  readonly name?: string;
  readonly nodes: readonly Node[];
  readonly initializers?: readonly TensorDef[];
  readonly inputs: readonly ValueInfo[];
  readonly outputs: readonly ValueInfo[];
}

export interface Model {
  readonly irVersion?: number;
  readonly opset?: number;
  /** Opset versions of further domains. */
  readonly domains?: Readonly<Record<string, number>>;
  readonly producer?: readonly [name: string, version: string];
  readonly description?: string;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly graph: Graph;
}

/** The bytes of a model file. */
export function encodeModel(model: Model): Uint8Array {
  const opsets: [string, number][] = [['', model.opset ?? 17], ...Object.entries(model.domains ?? {})];
  const [producer, version] = model.producer ?? ['furiosa-server tests', '1'];
  return concat([
    varintField(1, model.irVersion ?? 8),
    textField(2, producer),
    textField(3, version),
    ...(model.description === undefined ? [] : [textField(6, model.description)]),
    bytesField(7, encodeGraph(model.graph)),
    ...opsets.map(([domain, number]) =>
      bytesField(8, concat([textField(1, domain), varintField(2, number)])),
    ),
    ...Object.entries(model.metadata ?? {}).map((entry) => bytesField(14, encodeEntry(entry))),
  ]);
}

function encodeGraph(graph: Graph): Uint8Array {
  return concat([
    ...graph.nodes.map((node) => bytesField(1, encodeNode(node))),
    textField(2, graph.name ?? 'main'),
    ...(graph.initializers ?? []).map((tensor) => bytesField(5, encodeTensor(tensor))),
    ...graph.inputs.map((info) => bytesField(11, encodeValueInfo(info))),
    ...graph.outputs.map((info) => bytesField(12, encodeValueInfo(info))),
  ]);
}

function encodeNode(node: Node): Uint8Array {
  return concat([
    ...node.inputs.map((name) => textField(1, name)),
    ...node.outputs.map((name) => textField(2, name)),
    textField(4, node.op),
    ...Object.entries(node.attributes ?? {}).map(([name, value]) =>
      bytesField(5, encodeAttribute(name, value)),
    ),
    ...(node.domain === undefined ? [] : [textField(7, node.domain)]),
  ]);
}

function encodeAttribute(name: string, value: Attribute): Uint8Array {
  const [type, fields] = attributeFields(value);
  return concat([textField(1, name), ...fields, varintField(20, type)]);
}

/** AttributeProto.AttributeType and the field that holds the value. */
function attributeFields(value: Attribute): [type: number, fields: Uint8Array[]] {
  if (typeof value === 'number') return [2, [varintField(3, value)]];
  if (typeof value === 'string') return [3, [textField(4, value)]];
  if ('float' in value) return [1, [floatField(2, value.float)]];
  if ('tensor' in value) return [4, [bytesField(5, encodeTensor(value.tensor))]];
  if ('graph' in value) return [5, [bytesField(6, encodeGraph(value.graph))]];
  return [7, value.map((each) => varintField(8, each))];
}

function encodeTensor(tensor: TensorDef): Uint8Array {
  return concat([
    ...tensor.shape.map((axis) => varintField(1, axis)),
    varintField(2, ONNX_TYPE[tensor.type]),
    ...(tensor.name === undefined ? [] : [textField(8, tensor.name)]),
    ...(tensor.raw === undefined ? [] : [bytesField(9, tensor.raw)]),
    ...Object.entries(tensor.external ?? {}).map(([key, value]) =>
      bytesField(13, encodeEntry([key, String(value)])),
    ),
    ...(tensor.external === undefined ? [] : [varintField(14, 1)]),
  ]);
}

function encodeValueInfo(info: ValueInfo): Uint8Array {
  return concat([textField(1, info.name), bytesField(2, encodeType(info.type))]);
}

function encodeType(type: ValueType): Uint8Array {
  if ('sequence' in type) return bytesField(4, bytesField(1, encodeType(type.sequence)));
  if ('map' in type) {
    const { key, value } = type.map;
    return bytesField(5, concat([varintField(1, ONNX_TYPE[key]), bytesField(2, encodeType(value))]));
  }
  const shape = type.shape?.map((axis) => bytesField(1, encodeAxis(axis)));
  return bytesField(
    1,
    concat([varintField(1, ONNX_TYPE[type.tensor]), ...(shape ? [bytesField(2, concat(shape))] : [])]),
  );
}

function encodeAxis(axis: number | string | null): Uint8Array {
  if (axis === null) return new Uint8Array(0);
  return typeof axis === 'number' ? varintField(1, axis) : textField(2, axis);
}

function encodeEntry([key, value]: readonly [string, string]): Uint8Array {
  return concat([textField(1, key), textField(2, value)]);
}

function varintField(field: number, value: number): Uint8Array {
  return Uint8Array.from([...varint(field << 3), ...varint(value)]);
}

function floatField(field: number, value: number): Uint8Array {
  return concat([Uint8Array.from(varint((field << 3) | 5)), new Uint8Array(Float32Array.of(value).buffer)]);
}

function textField(field: number, text: string): Uint8Array {
  return bytesField(field, new TextEncoder().encode(text));
}

function bytesField(field: number, bytes: Uint8Array): Uint8Array {
  return concat([Uint8Array.from([...varint((field << 3) | 2), ...varint(bytes.length)]), bytes]);
}

/** A signed 64-bit value in protobuf's base 128; negative ones take ten bytes. */
function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return [...bytes, Number(rest)];
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}
