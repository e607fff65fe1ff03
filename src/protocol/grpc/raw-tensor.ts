import { invalid } from '#core/errors.js';
import { clip } from '#protocol/clip.js';
import { cannotHold, type TensorClaims, wrongElementCount } from '#protocol/request-faults.js';
import { checkByteStrings } from '#tensor/byte-strings.js';
import { DATATYPE_BYTES } from '#tensor/datatype.js';
import { elementCount } from '#tensor/shape.js';

/** Throws INVALID_ARGUMENT unless raw bytes are exactly the elements of a tensor, in Triton's words where it has some. */
export function checkRaw(data: Uint8Array, claims: TensorClaims, model: string): void {
  const count = elementCount(claims.shape);
  if (claims.datatype === 'BYTES') {
    if (Number.isNaN(count)) throw wrongElementCount(0, claims);
    checkByteStrings(data, count, `input '${clip(claims.name)}'`);
    return;
  }
  const size = DATATYPE_BYTES[claims.datatype];
  if (data.length !== count * size) {
    const expected = claims.shape.reduce((product, axis) => product * BigInt(axis), BigInt(size));
    throw invalid(
      `input byte size mismatch for input '${clip(claims.name)}' for model '${clip(model)}'. Expected ${expected}, got ${data.length}.`,
    );
  }
  if (claims.datatype === 'BOOL') checkBools(data, claims);
}

/** Engines take a byte for a truth value as it is, and only 0 and 1 are one. */
function checkBools(data: Uint8Array, claims: TensorClaims): void {
  const index = data.findIndex((byte) => byte > 1);
  if (index >= 0) throw cannotHold(claims, index, String(data[index]), '0..1');
}
