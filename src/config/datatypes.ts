import { DATATYPES, type DataType, isDataType } from '#tensor/datatype.js';
import { quoted } from './node.js';
import { text } from './scalars.js';
import { didYouMean, type Schema } from './schema.js';

/** What the same types are called elsewhere: in numpy, in ONNX, and by the original, which answered FLOAT32. */
const ALSO_CALLED: Readonly<Record<string, DataType>> = {
  FLOAT: 'FP32',
  FLOAT16: 'FP16',
  FLOAT32: 'FP32',
  FLOAT64: 'FP64',
  HALF: 'FP16',
  DOUBLE: 'FP64',
  BFLOAT16: 'BF16',
  STRING: 'BYTES',
  BOOLEAN: 'BOOL',
};

export const datatype: Schema<DataType> = {
  type: 'a datatype of the V2 protocol',
  read(spot, report) {
    const written = text('a datatype of the V2 protocol', datatypeFault).read(spot, report);
    return written !== undefined && isDataType(written) ? written : undefined;
  },
};

function datatypeFault(written: string): string | null {
  if (isDataType(written)) return null;
  const name = written.toUpperCase();
  const known = Object.hasOwn(ALSO_CALLED, name) ? ALSO_CALLED[name] : undefined;
  const hint = known ? `; did you mean "${known}"?` : didYouMean(name, DATATYPES);
  return `expected one of ${DATATYPES.join(', ')}, found ${quoted(written)}${hint}`;
}

/** A datatype in Triton's word, `TYPE_FP32`, or in V2's, `FP32`. */
export const tritonDatatype: Schema<DataType> = {
  type: 'a datatype such as TYPE_FP32',
  read(spot, report) {
    const { node, place } = spot;
    if (node.kind !== 'scalar' || !node.text.startsWith('TYPE_')) return datatype.read(spot, report);
    const name = node.text.slice('TYPE_'.length);
    if (name === 'STRING') return 'BYTES';
    if (isDataType(name) && name !== 'BYTES') return name;
    const hint = didYouMean(node.text, TRITON_NAMES);
    report.problem(place, `expected one of ${TRITON_NAMES.join(', ')}, found ${quoted(node.text)}${hint}`);
    return undefined;
  },
};

const TRITON_NAMES: readonly string[] = DATATYPES.map((name) => `TYPE_${name === 'BYTES' ? 'STRING' : name}`);
