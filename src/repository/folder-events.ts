import { type FSWatcher, watch } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';

const log = loggerOf('repository::events');

/** Starts to hear what happens directly in a folder; throws as node:fs does. */
export type OpenWatcher = (
  folder: string,
  onEvent: (kind: string, name: string | null) => void,
) => Pick<FSWatcher, 'on' | 'close'>;

const watchFolder: OpenWatcher = (folder, onEvent) => watch(folder, { persistent: false }, onEvent);

/** What the system answers when it lends no more watches. */
const EXHAUSTED: ReadonlySet<unknown> = new Set(['ENOSPC', 'EMFILE', 'ENFILE']);

const ADDED_PER_TURN = 256;

/**
 * Hears that something happened in any of a set of folders. Events are hints: some come for nothing, some are lost.
 * Where the system has no more watches there are none from then on, and a WARN line says so once.
 */
export class FolderEvents {
  readonly #onEvent: () => void;
  readonly #open: OpenWatcher;
  readonly #watchers = new Map<string, Pick<FSWatcher, 'close'>>();
  /** Paths that lead to other folders than when they were opened, and with them all below. */
  readonly #replaced = new Set<string>();
  #isClosed = false;

  constructor(onEvent: () => void, open: OpenWatcher = watchFolder) {
    this.#onEvent = onEvent;
    this.#open = open;
  }

  /** How many folders are heard. */
  get size(): number {
    return this.#watchers.size;
  }

  /**
   * Hears these folders from now on, and no others; answers how many of them it did not hear before. Calls must not
   * overlap. Never rejects.
   */
  async follow(folders: readonly string[]): Promise<number> {
    const wanted = new Set(folders);
    for (const folder of this.#watchers.keys()) {
      if (!wanted.has(folder) || this.#isReplaced(folder)) this.#drop(folder);
    }
    this.#replaced.clear();
    let [tried, added] = [0, 0];
    for (const folder of wanted) {
      if (this.#isClosed || this.#watchers.has(folder)) continue;
      if (this.#add(folder)) added++;
      // Thousands of them take long enough that others should have a turn.
      if (++tried % ADDED_PER_TURN === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    return added;
  }

  /** Hears nothing until folders are named again: the same paths may lead elsewhere now. */
  reset(): void {
    for (const folder of [...this.#watchers.keys()]) this.#drop(folder);
  }

  close(): void {
    this.#isClosed = true;
    this.reset();
  }

  #add(folder: string): boolean {
    try {
      const watcher = this.#open(folder, (kind, name) => this.#hear(folder, kind, name));
      this.#watchers.set(folder, watcher);
      watcher.on('error', (error) => this.#fail(folder, error));
      return true;
    } catch (thrown) {
      this.#fail(folder, thrown);
      return false;
    }
  }

  #hear(folder: string, kind: string, name: string | null): void {
    if (!this.#watchers.has(folder) || (name !== null && !isHint(name))) return;
    if (kind === 'rename') {
      // A folder that is moved or removed itself is told by its own name.
      const isWhole = name === null || name.startsWith('..') || name === basename(folder);
      this.#replaced.add(isWhole ? folder : join(folder, name));
    }
    this.#onEvent();
  }

  #fail(folder: string, thrown: unknown): void {
    this.#drop(folder);
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : '';
    // A folder that cannot be heard (gone, no permission) is the poll's: it will say what is wrong with it.
    if (!EXHAUSTED.has(code) || this.#isClosed) return;
    log.warn(
      `file events cannot be used, only the poll: the system lends no more watches after ${this.size} folders ` +
        `(${messageOf(thrown)}); see fs.inotify.max_user_watches and max_user_instances`,
    );
    this.close();
  }

  #isReplaced(folder: string): boolean {
    if (this.#replaced.size === 0) return false;
    for (let path = folder; ; path = dirname(path)) {
      if (this.#replaced.has(path)) return true;
      if (path === dirname(path)) return false;
    }
  }

  #drop(folder: string): void {
    this.#watchers.get(folder)?.close();
    this.#watchers.delete(folder);
  }
}

/** Hidden files come and go beside what is meant; the `..data` of Kubernetes is what a whole tree hangs on. */
export function isHint(name: string): boolean {
  return !name.startsWith('.') || name.startsWith('..');
}
