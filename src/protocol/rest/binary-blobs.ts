import { invalid } from '#core/errors.js';
import { clip } from '#protocol/clip.js';
import { checkByteStrings, LENGTH_BYTES } from '#tensor/byte-strings.js';
import { DATATYPE_BYTES } from '#tensor/datatype.js';
import { elementCount, formatShape } from '#tensor/shape.js';
import type { TensorHead } from './json-data-elements.js';

/** The binary tensors behind a request's JSON, handed out from front to back as views of the body. */
export class BinaryBlobs {
  readonly #bytes: Uint8Array | null;
  readonly #model: string;
  #at = 0;

  /** @param bytes null where the request did not say where its JSON ends. */
  constructor(bytes: Uint8Array | null, model: string) {
    this.#bytes = bytes;
    this.#model = model;
  }

  /** The next `size` bytes, which must be a tensor as its head says. Throws INVALID_ARGUMENT, in Triton's words. */
  take(size: number, head: TensorHead): Uint8Array {
    if (this.#bytes === null) {
      throw invalid(
        `must specify valid 'Infer-Header-Content-Length' in request header and 'binary_data_size' when passing inputs in binary data format: ` +
          `'${head.place}.parameters.binary_data_size' is given, but the header Inference-Header-Content-Length is missing`,
      );
    }
    const name = clip(head.name);
    const lacking = size - (this.#bytes.byteLength - this.#at);
    if (lacking > 0) {
      throw invalid(
        `unexpected size for input '${name}', expecting ${lacking} additional bytes for model '${this.#model}'`,
      );
    }
    checkSize(size, head, this.#model);
    const blob = this.#bytes.subarray(this.#at, this.#at + size);
    if (head.datatype === 'BYTES') checkByteStrings(blob, elementCount(head.shape), `input '${name}'`);
    this.#at += size;
    return blob;
  }

  /** Throws INVALID_ARGUMENT where bytes are left that no input has claimed. */
  end(): void {
    const left = (this.#bytes?.byteLength ?? 0) - this.#at;
    if (left === 0) return;
    throw invalid(
      `unexpected additional input data for model '${this.#model}': ${left} ${left === 1 ? 'byte' : 'bytes'} behind the last binary input`,
    );
  }
}

/**
 * Throws INVALID_ARGUMENT unless so many bytes can be a tensor: exactly of that size, or for BYTES, with room for the
 * lengths of all elements. The shape is what the client says: its product may be beyond what a number holds.
 */
function checkSize(size: number, { name, datatype, shape }: TensorHead, model: string): void {
  const elements = shape.reduce((product, axis) => product * BigInt(axis), 1n);
  const expected = elements * BigInt(datatype === 'BYTES' ? LENGTH_BYTES : DATATYPE_BYTES[datatype]);
  if (datatype === 'BYTES' ? BigInt(size) >= expected : BigInt(size) === expected) return;
  throw invalid(
    `input byte size mismatch for input '${clip(name)}' for model '${model}'. ` +
      `Expected ${datatype === 'BYTES' ? `at least ${expected}` : expected}, got ${size}: its shape is ${formatShape(shape)} and its datatype ${datatype}`,
  );
}
