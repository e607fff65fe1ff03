const HEAD_END = '\r\n\r\n';
const LAST_CHUNK = Buffer.from('\r\n0\r\n\r\n');

/**
 * Reads the answers of one HTTP/1.1 connection as cheaply as can be: of each only its status and its length are
 * looked at. An answer without a Content-Length must come in chunks.
 */
export class AnswerReader {
  #missing = -1;
  #status = 0;
  /** What came of a head that is not whole yet. */
  #head: Buffer | null = null;
  #isChunked = false;
  /** The last bytes of an answer in chunks. */
  #tail: Buffer = Buffer.alloc(0);

  /** The status of the answer that ends with this chunk, or null while it goes on. Throws where it cannot read. */
  push(chunk: Buffer): number | null {
    if (this.#missing === -1 && !this.#isChunked) {
      const whole = this.#head === null ? chunk : Buffer.concat([this.#head, chunk]);
      const end = whole.indexOf(HEAD_END);
      this.#head = end === -1 ? whole : null;
      if (end === -1) return null;
      this.#readHead(whole.toString('latin1', 0, end), end + HEAD_END.length);
      chunk = whole;
    }
    if (this.#isChunked) {
      this.#tail = Buffer.concat([this.#tail, chunk.subarray(-LAST_CHUNK.length)]).subarray(
        -LAST_CHUNK.length,
      );
      this.#isChunked = !this.#tail.equals(LAST_CHUNK);
      return this.#isChunked ? null : this.#status;
    }
    this.#missing -= chunk.length;
    if (this.#missing > 0) return null;
    this.#missing = -1;
    return this.#status;
  }

  #readHead(head: string, headBytes: number): void {
    this.#status = Number(head.slice(9, 12));
    const length = /\r\ncontent-length: *(\d+)/i.exec(head);
    if (length !== null) this.#missing = headBytes + Number(length[1]);
    else if (/\r\ntransfer-encoding: *chunked/i.test(head)) this.#isChunked = true;
    else throw new Error(`an answer that does not say where it ends: ${head}`);
  }
}
