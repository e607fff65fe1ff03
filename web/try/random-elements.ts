import { type Datatype, elementBytes, integerRange, isFloat, type NumericDatatype } from './datatype.js';
import { packTexts, writerOf } from './elements.js';

/** So many elements that are 0, false or empty. */
export function zeroElements(datatype: Datatype, count: number): Uint8Array {
  return new Uint8Array(count * (datatype === 'BYTES' ? 4 : elementBytes(datatype)));
}

/** So many elements of no meaning: floats from 0 to 1, integers from 0 to 255 as far as their type goes. @param random 0 to 1 */
export function randomElements(
  datatype: Datatype,
  count: number,
  random: () => number = Math.random,
): Uint8Array {
  if (datatype === 'BYTES') {
    return packTexts(Array.from({ length: count }, () => Math.floor(random() * 1e6).toString(36)));
  }
  const bytes = zeroElements(datatype, count);
  if (datatype === 'BOOL') {
    for (let index = 0; index < count; index++) bytes[index] = random() < 0.5 ? 0 : 1;
    return bytes;
  }
  const write = writerOf(datatype, bytes);
  const most = mostOf(datatype);
  for (let index = 0; index < count; index++) {
    write(index, isFloat(datatype) ? random() : Math.floor(random() * (most + 1)));
  }
  return bytes;
}

function mostOf(datatype: NumericDatatype): number {
  const [, most = 255n] = integerRange(datatype) ?? [];
  return Math.min(255, Number(most));
}
