import { Buffer } from 'node:buffer';
import { type FileHandle, open } from 'node:fs/promises';

const CLOSING = '\n]\n';

/**
 * A file that is one JSON array and grows at its end. Each write puts the new elements and a new closing bracket in the
 * place of the old one, so that the file is whole after every write. What was in the file before is gone with the first.
 */
export class JsonArrayFile {
  readonly #path: string;
  #handle: FileHandle | null = null;
  /** Where the closing bracket and the line break before it stand. */
  #end = 0;
  #added: string[] = [];
  #addedLength = 0;

  constructor(path: string) {
    this.#path = path;
  }

  /** Characters that are added and not written. */
  get unwritten(): number {
    return this.#addedLength;
  }

  add(element: object): void {
    const text = JSON.stringify(element);
    this.#added.push(text);
    this.#addedLength += text.length;
  }

  /** Writes what was added. What cannot be written is lost, and the promise rejects. */
  async flush(): Promise<void> {
    if (this.#added.length === 0) return;
    const elements = this.#added.join(',\n');
    this.#added = [];
    this.#addedLength = 0;
    this.#handle ??= await open(this.#path, 'w');
    const bytes = Buffer.from(`${this.#end === 0 ? '[\n' : ',\n'}${elements}${CLOSING}`);
    await writeWhole(this.#handle, bytes, this.#end);
    this.#end += bytes.length - CLOSING.length;
  }

  async close(): Promise<void> {
    await this.flush();
    await this.#handle?.close();
    this.#handle = null;
  }
}

async function writeWhole(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let at = 0; at < bytes.length; ) {
    at += (await handle.write(bytes, at, bytes.length - at, position + at)).bytesWritten;
  }
}
