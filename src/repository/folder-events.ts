import { type FSWatcher, watch } from 'node:fs';
import { dirname, join } from 'node:path';
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
  #isExhausted = false;

  constructor(onEvent: () => void, open: OpenWatcher = watchFolder) {
    this.#onEvent = onEvent;
    this.#open = open;
  }

  /** How many folders are heard. */
  get size(): number {
    return this.#watchers.size;
  }

  /** Hears these folders from now on, and no others. Answers how many of them it did not hear before. Never throws. */
  follow(folders: readonly string[]): number {
    if (this.#isExhausted) return 0;
    const wanted = new Set(folders);
    for (const folder of this.#watchers.keys()) {
      if (!wanted.has(folder) || this.#isReplaced(folder)) this.#drop(folder);
    }
    this.#replaced.clear();
    const kept = this.#watchers.size;
    for (const folder of wanted) if (!this.#watchers.has(folder) && !this.#isExhausted) this.#add(folder);
    return Math.max(0, this.#watchers.size - kept);
  }

  close(): void {
    for (const folder of [...this.#watchers.keys()]) this.#drop(folder);
  }

  #add(folder: string): void {
    try {
      const watcher = this.#open(folder, (kind, name) => this.#hear(folder, kind, name));
      this.#watchers.set(folder, watcher);
      watcher.on('error', (error) => this.#fail(folder, error));
    } catch (thrown) {
      this.#fail(folder, thrown);
    }
  }

  #hear(folder: string, kind: string, name: string | null): void {
    if (!this.#watchers.has(folder) || (name !== null && !isHint(name))) return;
    if (kind === 'rename') {
      const isSwap = name === null || name.startsWith('..');
      this.#replaced.add(isSwap ? folder : join(folder, name));
    }
    this.#onEvent();
  }

  #fail(folder: string, thrown: unknown): void {
    this.#drop(folder);
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : '';
    // A folder that cannot be heard (gone, no permission) is the poll's: it will say what is wrong with it.
    if (!EXHAUSTED.has(code) || this.#isExhausted) return;
    this.#isExhausted = true;
    log.warn(
      `file events cannot be used, only the poll: the system lends no more watches after ${this.size} folders ` +
        `(${messageOf(thrown)}); see fs.inotify.max_user_watches and max_user_instances`,
    );
    this.close();
  }

  #isReplaced(folder: string): boolean {
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
