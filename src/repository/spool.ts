import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import { failureOf } from './failure.js';

const log = loggerOf('repository::spool');

const PREFIX = 'furiosa-server-upload-';

/** Folders for the files that clients bring, each a repository of one model that nobody else on the host may look into. */
export class Spool {
  readonly #parent: string;
  /** The folders that there are, and whether a file of theirs was seen in use. */
  readonly #folders = new Map<string, boolean>();
  readonly #work = new Set<Promise<unknown>>();
  #isClosed = false;

  /** @param parent the folder that they lie in; absolute */
  constructor(parent: string) {
    this.#parent = parent;
  }

  /**
   * Writes the files of a model, whose names have been checked, into a folder of their own; answers its path. Rejects with
   * INTERNAL where they cannot be written, and leaves nothing behind then.
   */
  add(model: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
    return this.#run(this.#write(model, files));
  }

  /** Begins to remove a folder that nobody uses. */
  drop(folder: string): void {
    this.#folders.delete(folder);
    void this.#run(this.#remove(folder));
  }

  /** Begins to remove the folders whose files were in use and are not any more. */
  tidy(filesInUse: () => ReadonlySet<string>): void {
    if (this.#folders.size === 0) return;
    const files = [...filesInUse()];
    for (const [folder, wasUsed] of [...this.#folders]) {
      const isUsed = files.some((file) => file.startsWith(join(folder, '/')));
      if (isUsed) this.#folders.set(folder, true);
      else if (wasUsed) this.drop(folder);
    }
  }

  /** Removes all folders, and those to come. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await Promise.allSettled(this.#work);
    for (const folder of [...this.#folders.keys()]) this.drop(folder);
    await Promise.allSettled(this.#work);
  }

  async #write(model: string, files: ReadonlyMap<string, Uint8Array>): Promise<string> {
    this.#checkOpen();
    let folder: string | null = null;
    try {
      folder = await mkdtemp(join(this.#parent, PREFIX));
      for (const [name, bytes] of files) {
        const path = join(folder, model, name);
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await writeFile(path, bytes, { flag: 'wx', mode: 0o600 });
      }
    } catch (thrown) {
      if (folder !== null) await this.#remove(folder);
      throw new ServingError(
        'INTERNAL',
        `the files of model '${model}' cannot be kept: ${failureOf(thrown)}`,
      );
    }
    this.#folders.set(folder, false);
    return folder;
  }

  async #remove(folder: string): Promise<void> {
    try {
      await rm(folder, { recursive: true, force: true });
    } catch (thrown) {
      log.warn(`the folder ${folder} of a model that is gone cannot be removed: ${failureOf(thrown)}`);
    }
  }

  #checkOpen(): void {
    if (this.#isClosed) throw new ServingError('UNAVAILABLE', 'the server is shutting down');
  }

  async #run<T>(work: Promise<T>): Promise<T> {
    this.#work.add(work);
    try {
      return await work;
    } finally {
      this.#work.delete(work);
    }
  }
}
