import { Buffer } from 'node:buffer';

const ALPHABET = new TextEncoder().encode('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/');
const PADDING = 0x3d;
/** Stands in the table where a byte is no digit; larger than any. */
const NO_DIGIT = 64;

/** The value of each byte as a digit. */
const DIGITS: Uint8Array = new Uint8Array(256).fill(NO_DIGIT);
ALPHABET.forEach((byte, value) => {
  DIGITS[byte] = value;
});

/** What is wrong with a text that should be base64, and where, in the words of a sentence. */
export class Base64Problem extends Error {}

/**
 * Writes what a text means in base64 (RFC 4648, section 4: padded, nothing else in it) to `out`, and returns how many
 * bytes that takes. With null for `out` it checks and measures. Throws Base64Problem.
 */
export function copyBase64(text: Uint8Array, out: Uint8Array | null, offset: number): number {
  const length = text.length;
  if (length % 4 !== 0) {
    const stranger = text.findIndex((byte) => DIGITS[byte] === NO_DIGIT && byte !== PADDING);
    if (stranger >= 0) throw unexpectedAt(text, stranger);
    throw new Base64Problem(`its length ${length} is not a multiple of 4, as '=' at its end would make it`);
  }
  if (length === 0) return 0;
  const padding = text[length - 1] !== PADDING ? 0 : text[length - 2] !== PADDING ? 1 : 2;
  const digits = length - padding;
  let held = 0;
  let end = offset;
  for (let at = 0; at < digits; at++) {
    const digit = DIGITS[text[at] as number] as number;
    if (digit === NO_DIGIT) throw unexpectedAt(text, at);
    held = ((held << 6) | digit) & 0xffffff;
    if (at % 4 !== 3) continue;
    if (out !== null) {
      out[end] = held >> 16;
      out[end + 1] = (held >> 8) & 0xff;
      out[end + 2] = held & 0xff;
    }
    end += 3;
  }
  if (padding === 0) return end - offset;
  if ((held & (padding === 1 ? 0x3 : 0xf)) !== 0)
    throw new Base64Problem(`the bits behind its last byte are not zero, at character ${digits - 1}`);
  const rest = padding === 1 ? (held >> 2) & 0xffff : (held >> 4) & 0xff;
  if (out !== null && padding === 1) {
    out[end] = rest >> 8;
    out[end + 1] = rest & 0xff;
  } else if (out !== null) out[end] = rest;
  return end - offset + (3 - padding);
}

function unexpectedAt(text: Uint8Array, at: number): Base64Problem {
  // The text is UTF-8: what is no digit may be the first byte of a longer character.
  const character = [
    ...Buffer.from(text.buffer, text.byteOffset + at, Math.min(4, text.length - at)).toString(),
  ][0];
  return new Base64Problem(`there is '${character}' at character ${at}, which is no digit of base64`);
}
