import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import { cannotHold, type TensorClaims, wrongElementCount } from '#protocol/request-faults.js';
import { LENGTH_BYTES } from '#tensor/byte-strings.js';
import { DATATYPE_BYTES } from '#tensor/datatype.js';
import { elementCount } from '#tensor/shape.js';
import { CONTENTS_FIELD_OF, CONTENTS_FIELDS, type VarintType } from './contents-field.js';
import { CHUNK, FIXED32, FIXED64, VARINT, WireReader } from './wire-reader.js';

/** The encoded InferTensorContents of one input. A message that is given in parts means the parts one after the other. */
export type Contents = readonly Uint8Array[];

/** Whether there is any element in it, of whatever field. */
export function hasElements(contents: Contents): boolean {
  let found = false;
  for (const part of contents) {
    const reader = readerOf(part);
    while (!found && reader.next()) {
      found = CONTENTS_FIELDS.has(reader.field) && (reader.skip().length > 0 || reader.field === 8);
    }
  }
  return found;
}

/**
 * The bytes of a tensor whose elements are typed contents. The elements are counted before anything is allocated. Throws
 * INVALID_ARGUMENT when they are in another field than the datatype's, too few or too many, or out of range.
 */
export function decodeContents(contents: Contents, claims: TensorClaims): Uint8Array {
  switch (claims.datatype) {
    case 'FP16':
    case 'BF16':
      throw invalid(
        `receiving ${claims.datatype} data as typed contents is not supported. Please use raw_input_contents for input ${clip(claims.name)}`,
      );
    case 'BYTES':
      return decodeByteStrings(contents, claims);
    case 'FP32':
    case 'FP64':
      return decodeFloats(contents, claims);
    default:
      return decodeVarints(contents, claims, claims.datatype);
  }
}

function decodeByteStrings(contents: Contents, claims: TensorClaims): Uint8Array {
  let count = 0;
  let byteLength = 0;
  eachPiece(contents, claims, (piece) => {
    count++;
    byteLength += LENGTH_BYTES + piece.length;
  });
  checkCount(count, claims);
  const data = new Uint8Array(byteLength);
  const view = new DataView(data.buffer);
  let at = 0;
  eachPiece(contents, claims, (piece) => {
    view.setUint32(at, piece.length, true);
    data.set(piece, at + LENGTH_BYTES);
    at += LENGTH_BYTES + piece.length;
  });
  return data;
}

/** Floats are encoded as a tensor holds them. */
function decodeFloats(contents: Contents, claims: TensorClaims): Uint8Array {
  const size = DATATYPE_BYTES[claims.datatype];
  let byteLength = 0;
  let whole: Uint8Array | null = null;
  eachPiece(contents, claims, (piece) => {
    if (piece.length % size !== 0) {
      throw invalid(
        `the contents of input '${clip(claims.name)}' are not a whole number of ${claims.datatype} elements`,
      );
    }
    byteLength += piece.length;
    whole = piece;
  });
  checkCount(byteLength / size, claims);
  if (whole !== null && (whole as Uint8Array).length === byteLength) return whole;
  const data = new Uint8Array(byteLength);
  let at = 0;
  eachPiece(contents, claims, (piece) => {
    data.set(piece, at);
    at += piece.length;
  });
  return data;
}

function decodeVarints(contents: Contents, claims: TensorClaims, datatype: VarintType): Uint8Array {
  let count = 0;
  eachPiece(contents, claims, (piece) => {
    for (const byte of piece) if (byte < 0x80) count++;
  });
  checkCount(count, claims);
  const data = new Uint8Array(count * DATATYPE_BYTES[datatype]);
  const put = setterOf(datatype, new DataView(data.buffer), claims);
  let index = 0;
  eachPiece(contents, claims, (piece) => {
    const reader = readerOf(piece);
    while (!reader.isAtEnd) {
      reader.varint();
      put(index++, reader.low, reader.high);
    }
  });
  return data;
}

type Put = (index: number, low: number, high: number) => void;

/** How an element gets into the tensor. 32-bit fields keep the low half, as protobuf says. */
function setterOf(datatype: VarintType, view: DataView, claims: TensorClaims): Put {
  const signed = (least: number, set: (index: number, value: number) => void): Put => {
    return (index, low) => {
      const value = low | 0;
      if (value < least || value >= -least)
        throw cannotHold(claims, index, String(value), `${least}..${-least - 1}`);
      set(index, value);
    };
  };
  const unsigned = (most: number, set: (index: number, value: number) => void): Put => {
    return (index, low) => {
      if (low > most) throw cannotHold(claims, index, String(low), `0..${most}`);
      set(index, low);
    };
  };
  switch (datatype) {
    case 'BOOL':
      return (index, low, high) => view.setUint8(index, (low | high) === 0 ? 0 : 1);
    case 'INT8':
      return signed(-(2 ** 7), (index, value) => view.setInt8(index, value));
    case 'INT16':
      return signed(-(2 ** 15), (index, value) => view.setInt16(index * 2, value, true));
    case 'INT32':
      return (index, low) => view.setUint32(index * 4, low, true);
    case 'UINT8':
      return unsigned(2 ** 8 - 1, (index, value) => view.setUint8(index, value));
    case 'UINT16':
      return unsigned(2 ** 16 - 1, (index, value) => view.setUint16(index * 2, value, true));
    case 'UINT32':
      return (index, low) => view.setUint32(index * 4, low, true);
    case 'INT64':
    case 'UINT64':
      return (index, low, high) => {
        view.setUint32(index * 8, low, true);
        view.setUint32(index * 8 + 4, high, true);
      };
  }
}

/**
 * Hands over what the datatype's field holds, in order: packed lists, single elements, or each of its byte strings. Other
 * fields with elements in them are an error: the caller means another datatype than it says.
 */
function eachPiece(contents: Contents, claims: TensorClaims, take: (piece: Uint8Array) => void): void {
  const wanted = CONTENTS_FIELD_OF[claims.datatype];
  const single = claims.datatype === 'FP32' ? FIXED32 : claims.datatype === 'FP64' ? FIXED64 : VARINT;
  for (const part of contents) {
    const reader = readerOf(part);
    while (reader.next()) {
      const { at, field, wireType } = reader;
      const piece = reader.skip();
      const known = CONTENTS_FIELDS.get(field);
      if (known === undefined || (piece.length === 0 && field !== 8)) continue;
      if (field !== wanted?.number) {
        throw invalid(
          `the elements of input '${clip(claims.name)}' are in ${known.name}, but those of ${claims.datatype} go into ${wanted?.name}`,
        );
      }
      if (wireType !== CHUNK && (wireType !== single || claims.datatype === 'BYTES'))
        throw reader.malformed(at, `${known.name} cannot have wire type ${wireType}`);
      take(piece);
    }
  }
}

function checkCount(found: number, claims: TensorClaims): void {
  if (found !== elementCount(claims.shape)) throw wrongElementCount(found, claims);
}

function readerOf(part: Uint8Array): WireReader {
  return new WireReader(part, 'InferTensorContents');
}
