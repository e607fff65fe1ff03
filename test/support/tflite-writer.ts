import {
  bytes,
  scalar,
  scalars,
  table,
  tables,
  text,
  type Value,
  writeFlatBuffer,
} from './flatbuffer-writer.js';

/** The schema's TensorType. */
export const TENSOR_TYPE = {
  FLOAT32: 0,
  FLOAT16: 1,
  INT32: 2,
  UINT8: 3,
  INT64: 4,
  STRING: 5,
  BOOL: 6,
  INT16: 7,
  COMPLEX64: 8,
  INT8: 9,
  FLOAT64: 10,
  UINT64: 12,
  RESOURCE: 13,
  UINT32: 15,
  UINT16: 16,
  INT4: 17,
  BFLOAT16: 18,
} as const;

export interface TensorDraft {
  readonly name: string;
  readonly type: number;
  readonly shape: readonly number[];
  readonly shapeSignature?: readonly number[];
  /** Constant contents. */
  readonly data?: Uint8Array;
  readonly scales?: readonly number[];
  readonly zeroPoints?: readonly number[];
  readonly axis?: number;
  readonly isVariable?: boolean;
}

export interface OperatorDraft {
  /** The schema's BuiltinOperator; 32 is CUSTOM. */
  readonly code: number;
  readonly custom?: string;
  readonly version?: number;
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  /** The schema's BuiltinOptions type and its table. */
  readonly options?: readonly [type: number, options: Value];
}

export interface SignatureDraft {
  readonly key: string;
  readonly inputs: readonly (readonly [name: string, tensor: number])[];
  readonly outputs: readonly (readonly [name: string, tensor: number])[];
  readonly subgraph?: number;
}

export interface SubgraphDraft {
  readonly tensors: readonly TensorDraft[];
  readonly inputs: readonly number[];
  readonly outputs: readonly number[];
  readonly operators: readonly OperatorDraft[];
}

export interface ModelDraft extends SubgraphDraft {
  /** Subgraphs after the main one. */
  readonly more?: readonly SubgraphDraft[];
  readonly signatures?: readonly SignatureDraft[];
  readonly description?: string;
  readonly version?: number;
}

/** A .tflite file of schema version 3, as the TFLite schema lays it out. */
export function writeTflite(draft: ModelDraft): Uint8Array {
  const subgraphs = [draft, ...(draft.more ?? [])];
  const buffers: Value[] = [table(null)];
  const codes: Value[] = [];
  const subgraphTables = subgraphs.map((graph) => subgraphTable(graph, buffers, codes));
  const signatures = draft.signatures?.map(signatureTable);
  const model = table(
    scalar('u32', draft.version ?? 3),
    tables(codes),
    tables(subgraphTables),
    text(draft.description ?? 'written by a test'),
    tables(buffers),
    null,
    null,
    signatures ? tables(signatures) : null,
  );
  return writeFlatBuffer('TFL3', model);
}

function subgraphTable(graph: SubgraphDraft, buffers: Value[], codes: Value[]): Value {
  const tensorTables = graph.tensors.map((tensor) => {
    if (tensor.data) buffers.push(table(bytes(tensor.data)));
    return tensorTable(tensor, tensor.data ? buffers.length - 1 : 0);
  });
  const operatorTables = graph.operators.map((operator) => {
    codes.push(operatorCode(operator));
    return operatorTable(operator, codes.length - 1);
  });
  return table(
    tables(tensorTables),
    scalars('i32', graph.inputs),
    scalars('i32', graph.outputs),
    tables(operatorTables),
    text('main'),
  );
}

function tensorTable(tensor: TensorDraft, buffer: number): Value {
  return table(
    scalars('i32', tensor.shape),
    scalar('u8', tensor.type),
    scalar('u32', buffer),
    text(tensor.name),
    tensor.scales ? quantizationTable(tensor, tensor.scales) : null,
    tensor.isVariable ? scalar('u8', 1) : null,
    null,
    tensor.shapeSignature ? scalars('i32', tensor.shapeSignature) : null,
    scalar('u8', 1),
  );
}

function quantizationTable(tensor: TensorDraft, scales: readonly number[]): Value {
  return table(
    null,
    null,
    scalars('f32', scales),
    scalars('i64', tensor.zeroPoints ?? scales.map(() => 0)),
    null,
    null,
    scalar('i32', tensor.axis ?? 0),
  );
}

/** Codes beyond 126 stand in the newer, wider field. */
function operatorCode(operator: OperatorDraft): Value {
  return table(
    scalar('u8', Math.min(operator.code, 127)),
    operator.custom === undefined ? null : text(operator.custom),
    scalar('i32', operator.version ?? 1),
    scalar('i32', operator.code),
  );
}

function operatorTable(operator: OperatorDraft, code: number): Value {
  const [type, options] = operator.options ?? [0, null];
  return table(
    scalar('u32', code),
    scalars('i32', operator.inputs),
    scalars('i32', operator.outputs),
    scalar('u8', type),
    options,
  );
}

function signatureTable(signature: SignatureDraft): Value {
  const map = (entries: SignatureDraft['inputs']): Value =>
    tables(entries.map(([name, tensor]) => table(text(name), scalar('u32', tensor))));
  return table(
    map(signature.inputs),
    map(signature.outputs),
    text(signature.key),
    null,
    scalar('u32', signature.subgraph ?? 0),
  );
}
