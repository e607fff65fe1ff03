import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import { nearest } from '#core/nearest.js';
import { DATATYPES, type DataType, isDataType } from '#tensor/datatype.js';

/** What other systems call V2's datatypes. */
const OTHER_NAMES: Readonly<Record<string, DataType>> = {
  BOOLEAN: 'BOOL',
  INT: 'INT32',
  LONG: 'INT64',
  HALF: 'FP16',
  FLOAT16: 'FP16',
  BFLOAT16: 'BF16',
  FLOAT: 'FP32',
  FLOAT32: 'FP32',
  DOUBLE: 'FP64',
  FLOAT64: 'FP64',
  STRING: 'BYTES',
};

/** Words longer than this are not compared with the datatypes. */
const LONGEST_TYPO = 16;

/** The datatype that a request names at `place`. Throws INVALID_ARGUMENT, with the one that was meant if that is plain. */
export function datatypeOf(word: string, place: string): DataType {
  if (isDataType(word)) return word;
  // In a message of gRPC, what is empty is not there.
  if (word === '') throw invalid(`'${place}' is missing`);
  const short = word.slice(0, LONGEST_TYPO + 1).toUpperCase();
  const meant = Object.hasOwn(OTHER_NAMES, short) ? OTHER_NAMES[short] : typo(short);
  const hint = meant ? `did you mean '${meant}'?` : `expected one of ${DATATYPES.join(', ')}`;
  throw invalid(`'${place}' is '${clip(word)}', which is not a datatype: ${hint}`);
}

function typo(word: string): string | null {
  return word.length > LONGEST_TYPO ? null : nearest(word, DATATYPES);
}
