import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { ContentDigest } from '#store/content-digest.js';
import type { ChecksumAlgorithm } from '#store/object-store.js';

/** What comes in small pieces is written in larger ones. */
const WRITE_BYTES = 1024 * 1024;

/** The file system, as far as it can fail in the middle of a download. */
export type OpenFile = (path: string, flags: number) => Promise<FileHandle>;

/** A download on its way to the disk. What is there already is read once, so that all of it is in the digest. */
export class PartialFile {
  readonly #handle: FileHandle;
  readonly #algorithm: ChecksumAlgorithm | null;
  readonly #byteLength: number | null;
  #digest: ContentDigest;
  #pieces: Uint8Array[] = [];
  #pieceBytes = 0;
  #length = 0;

  private constructor(handle: FileHandle, algorithm: ChecksumAlgorithm | null, byteLength: number | null) {
    this.#handle = handle;
    this.#algorithm = algorithm;
    this.#byteLength = byteLength;
    this.#digest = new ContentDigest(algorithm, byteLength);
  }

  /** `byteLength` is that of the whole, null where it is not known; `algorithm` is computed beside SHA-256. */
  static async open(
    path: string,
    algorithm: ChecksumAlgorithm | null,
    byteLength: number | null,
    openFile: OpenFile = open,
  ): Promise<PartialFile> {
    const handle = await openFile(path, constants.O_RDWR | constants.O_CREAT);
    const file = new PartialFile(handle, algorithm, byteLength);
    try {
      await file.#readWhatIsThere();
    } catch (thrown) {
      await handle.close();
      throw thrown;
    }
    return file;
  }

  /** Bytes that are there, those that are still to be written among them. */
  get length(): number {
    return this.#length;
  }

  async append(bytes: Uint8Array): Promise<void> {
    this.#digest.update(bytes);
    this.#pieces.push(bytes);
    this.#pieceBytes += bytes.length;
    this.#length += bytes.length;
    if (this.#pieceBytes >= WRITE_BYTES) await this.#flush();
  }

  /** Begins anew. */
  async clear(): Promise<void> {
    this.#pieces = [];
    this.#pieceBytes = 0;
    this.#length = 0;
    this.#digest = new ContentDigest(this.#algorithm, this.#byteLength);
    await this.#handle.truncate(0);
  }

  /** Everything is on the disk; what it comes to. The file is closed afterwards only by `close`. */
  async finish(): Promise<ReadonlyMap<ChecksumAlgorithm, string>> {
    await this.#flush();
    await this.#handle.sync();
    return this.#digest.finish();
  }

  /** What came and could not be written any more is lost. */
  async close(): Promise<void> {
    await this.#flush().catch(() => {});
    await this.#handle.close();
  }

  async #flush(): Promise<void> {
    const pieces = this.#pieces;
    const bytes = this.#pieceBytes;
    this.#pieces = [];
    this.#pieceBytes = 0;
    if (bytes === 0) return;
    await writeAll(this.#handle, pieces, this.#length - bytes);
  }

  async #readWhatIsThere(): Promise<void> {
    const { size } = await this.#handle.stat();
    const buffer = new Uint8Array(Math.min(size, WRITE_BYTES));
    while (this.#length < size) {
      const { bytesRead } = await this.#handle.read(buffer, 0, buffer.length, this.#length);
      if (bytesRead === 0) break;
      this.#digest.update(buffer.subarray(0, bytesRead));
      this.#length += bytesRead;
    }
  }
}

async function writeAll(handle: FileHandle, pieces: readonly Uint8Array[], position: number): Promise<void> {
  let at = position;
  for (const piece of pieces) {
    for (let done = 0; done < piece.length; ) {
      const { bytesWritten } = await handle.write(piece, done, piece.length - done, at);
      done += bytesWritten;
      at += bytesWritten;
    }
  }
}
