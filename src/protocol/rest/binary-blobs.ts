import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import { checkBinarySize, checkBinaryTensor } from '#protocol/binary-tensor.js';
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
    checkBinarySize(size, head, this.#model);
    const blob = this.#bytes.subarray(this.#at, this.#at + size);
    checkBinaryTensor(blob, head);
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
