/**
 * Reads the answers of one HTTP/1.1 connection as cheaply as can be: of each only its status and its length are
 * looked at. A head must come in one piece and have a Content-Length, as those of the servers measured do.
 */
export class AnswerReader {
  #missing = -1;
  #status = 0;

  /** The status of the answer that ends with this chunk, or null while it goes on. Throws where it cannot read. */
  push(chunk: Buffer): number | null {
    if (this.#missing === -1) this.#readHead(chunk);
    this.#missing -= chunk.length;
    if (this.#missing > 0) return null;
    this.#missing = -1;
    return this.#status;
  }

  #readHead(chunk: Buffer): void {
    const end = chunk.indexOf('\r\n\r\n');
    const length = /\r\ncontent-length: (\d+)/i.exec(chunk.toString('latin1', 0, end));
    if (end === -1 || length === null) throw new Error('an answer without a whole head in one piece');
    this.#status = Number(chunk.toString('latin1', 9, 12));
    this.#missing = end + 4 + Number(length[1]);
  }
}
