import { FileWindow } from '#backend/file-window.js';
import type { ModelSummary } from '#backend/model-summary.js';
import { invalid } from '#core/errors.js';
import type { TensorSpec } from '#inference/metadata.js';
import { type OnnxFile, type OnnxValue, readOnnxFile } from './onnx-file.js';
import { fieldsOf, WireError } from './wire.js';

/** What an ONNX file says of itself. Throws INVALID_ARGUMENT for a damaged one. */
export function summarizeOnnx(path: string): ModelSummary {
  const file = readChecked(path);
  return {
    format: 'onnx',
    fileBytes: file.fileBytes,
    facts: factsOf(file),
    inputs: specsOf(file.inputs),
    outputs: specsOf(file.outputs),
    operators: [...file.operators]
      .map(([name, count]) => ({ name, count }))
      .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)),
    parameterCount: file.parameterCount,
    quantized: [...file.operators.keys()].some((name) => QUANTIZED.test(name)),
  };
}

/** Operators that only models with quantised weights or activations have. */
const QUANTIZED =
  /(?:^|\.)(?:QuantizeLinear|DequantizeLinear|DynamicQuantize\w+|QLinear\w+|QGemm|QAttention|\w+Integer(?:ToFloat)?|MatMulNBits)$/;

function readChecked(path: string): OnnxFile {
  try {
    return readOnnxFile(path);
  } catch (thrown) {
    if (thrown instanceof WireError) throw invalid(`the ONNX file is damaged: ${thrown.message}`);
    throw thrown;
  }
}

/** Those that V2 can carry; the facts name the others. */
function specsOf(values: readonly OnnxValue[]): TensorSpec[] {
  return values.flatMap(({ name, element, shape }) =>
    element === null || element.datatype === null
      ? []
      : [{ name, datatype: element.datatype, shape: (shape ?? []).map(axisOf) }],
  );
}

function axisOf(axis: number | string): number {
  return typeof axis === 'number' ? axis : -1;
}

function factsOf(file: OnnxFile): Record<string, string> {
  const values = [...file.inputs, ...file.outputs];
  const facts: [name: string, value: string][] = [
    ['IR version', String(file.irVersion)],
    ['opset', [...file.opsets].map(([domain, version]) => `${domain} ${version}`).join(', ')],
    ['producer', file.producer],
    ['domain', file.domain],
    ['model version', file.modelVersion === 0 ? '' : String(file.modelVersion)],
    ['graph', file.graphName],
    ['description', file.description],
    ['weights', `${file.weightBytes} bytes`],
    ['external data', [...file.external].map(([name, bytes]) => `${name} (${bytes} bytes)`).join(', ')],
    ['symbolic axes', values.filter(isSymbolic).map(describe).join(', ')],
    ['rank left open', values.filter(isRankOpen).map(describe).join(', ')],
    ['not served', values.filter(isUnserved).map(describe).join(', ')],
    ...[...file.metadata].map(([key, value]): [string, string] => [`metadata.${key}`, value]),
  ];
  return Object.fromEntries(facts.filter(([, value]) => value !== ''));
}

const isSymbolic = ({ shape }: OnnxValue): boolean =>
  shape?.some((axis) => typeof axis === 'string') ?? false;
const isRankOpen = ({ kind, shape }: OnnxValue): boolean => kind === 'tensor' && shape === null;
const isUnserved = ({ element }: OnnxValue): boolean => (element?.datatype ?? null) === null;

function describe(value: OnnxValue): string {
  if (isUnserved(value)) return `${value.name} (${value.element?.name ?? value.kind})`;
  return value.shape === null ? value.name : `${value.name} [${value.shape}]`;
}

/** Whether a file is an ONNX model as far as its outermost message tells, and if not quite, what is wrong. */
export type OnnxVerdict =
  | { readonly kind: 'onnx' }
  | { readonly kind: 'truncated'; readonly missingBytes: number }
  | { readonly kind: 'other' };

/** ONNX has no magic number: the file must be a ModelProto with a plausible version, nothing unknown, and a graph. */
export function judgeOnnx(path: string): OnnxVerdict {
  const file = new FileWindow(path);
  let [hasVersion, hasGraph] = [false, false];
  try {
    for (const { number, kind, value } of fieldsOf(file, { start: 0, end: file.size })) {
      if (MODEL_FIELDS[number] !== kind) return { kind: 'other' };
      if (number === 1) hasVersion = value >= 1 && value <= MAX_IR_VERSION;
      if (number === 7) hasGraph = true;
    }
  } catch (thrown) {
    if (!(thrown instanceof WireError)) throw thrown;
    const isTruncated = hasVersion && thrown.missingBytes > 0;
    return isTruncated ? { kind: 'truncated', missingBytes: thrown.missingBytes } : { kind: 'other' };
  } finally {
    file.close();
  }
  return { kind: hasVersion && hasGraph ? 'onnx' : 'other' };
}

/** Far beyond today's 13, far below what chance would give. */
const MAX_IR_VERSION = 1000;

/** The fields of ModelProto. */
const MODEL_FIELDS: Readonly<Record<number, 'varint' | 'bytes'>> = {
  1: 'varint',
  2: 'bytes',
  3: 'bytes',
  4: 'bytes',
  5: 'varint',
  6: 'bytes',
  7: 'bytes',
  8: 'bytes',
  14: 'bytes',
  20: 'bytes',
  25: 'bytes',
  26: 'bytes',
};
