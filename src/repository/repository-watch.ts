import type { Clock, Timer } from '#core/clock.js';
import { messageOf, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import { FolderEvents, type OpenWatcher } from './folder-events.js';
import type { FolderScan } from './found.js';
import { nextScan, type WatchTimes } from './next-scan.js';
import { scanFolder } from './scan-folder.js';
import { SCAN_LIMITS, type ScanLimits } from './scan-options.js';
import { hasMissing, settled } from './settled.js';

const log = loggerOf('repository::watch');

export interface WatchOptions extends WatchTimes {
  /** Absolute path of the repository. */
  readonly root: string;
  readonly clock: Clock;
  /** Told of every scan that nobody asked for, whether anything changed or not. */
  readonly onScan: (scan: FolderScan) => void;
  readonly limits?: ScanLimits;
  /** Left out: that of node:fs. */
  readonly openWatcher?: OpenWatcher;
}

type Scan = (known: FolderScan | null) => Promise<FolderScan>;

/** Looks at one repository as its mode says, one scan at a time. */
export class RepositoryWatch {
  readonly #options: WatchOptions;
  readonly #events: FolderEvents | null;
  readonly #ending = new AbortController();
  #latest: FolderScan | null = null;
  #scanning: Promise<unknown> = Promise.resolve();
  #hasMissing = false;
  #scansAhead = 0;
  #endedAt: number | null = null;
  #eventAt: number | null = null;
  #timer: Timer | null = null;

  constructor(options: WatchOptions) {
    this.#options = options;
    const { mode, openWatcher } = options;
    this.#events = mode === 'watch' ? new FolderEvents(() => this.#hear(), openWatcher) : null;
  }

  /** What is known now; null before the first scan has ended. */
  get latest(): FolderScan | null {
    return this.#latest;
  }

  /** The first scan. Those after it are told to `onScan`. */
  start(): Promise<FolderScan> {
    return this.scanNow(null);
  }

  /**
   * Looks at one model, or at all for null, once the scans before are done. What is gone is left out at once: whoever
   * asks says that the repository is as it should be. Rejects after `stop`.
   */
  async scanNow(model: string | null): Promise<FolderScan> {
    return this.#queue(model, (known) => this.#scan(known, model));
  }

  /** Ends what is under way and hears nothing more. */
  async stop(): Promise<void> {
    this.#ending.abort(new ServingError('UNAVAILABLE', 'the model repository is no longer watched'));
    this.#timer?.cancel();
    this.#events?.close();
    await this.#scanning;
  }

  async #poll(): Promise<void> {
    try {
      const scan = await this.#queue(null, async (known) => settled(known, await this.#scan(known, null)));
      this.#options.onScan(scan);
    } catch (thrown) {
      if (!this.#ending.signal.aborted)
        log.error(`a scan of the model repository failed: ${messageOf(thrown)}`);
    }
  }

  #scan(known: FolderScan | null, model: string | null): Promise<FolderScan> {
    const { root, clock, limits = SCAN_LIMITS } = this.#options;
    return scanFolder(root, { ...limits, clock, signal: this.#ending.signal }, known, model);
  }

  /** Scans follow one another: each builds on what the one before found. `model` is null where all are looked at. */
  #queue(model: string | null, scan: Scan): Promise<FolderScan> {
    this.#scansAhead++;
    this.#plan();
    const result = this.#scanning.then(() => this.#run(model, scan));
    this.#scanning = result.catch(() => {}).finally(() => this.#end(model));
    return result;
  }

  async #run(model: string | null, scan: Scan): Promise<FolderScan> {
    this.#ending.signal.throwIfAborted();
    if (model === null) this.#eventAt = null;
    const known = this.#latest;
    const latest = await scan(known);
    if (latest.rootId !== known?.rootId) this.#events?.reset();
    this.#latest = latest;
    this.#hasMissing = hasMissing(latest);
    await this.#follow(latest);
    return latest;
  }

  /** What happened in a folder before it was heard may have come after the look at it: so there is another look. */
  async #follow(latest: FolderScan): Promise<void> {
    if (this.#ending.signal.aborted || this.#events === null) return;
    const added = await this.#events.follow(foldersOf(this.#options.root, latest));
    if (added > 0) this.#eventAt = this.#options.clock.now();
  }

  /** The look at one model puts nothing off. */
  #end(model: string | null): void {
    this.#scansAhead--;
    if (model === null) this.#endedAt = this.#options.clock.now();
    this.#plan();
  }

  #hear(): void {
    this.#eventAt = this.#options.clock.now();
    this.#plan();
  }

  #plan(): void {
    this.#timer?.cancel();
    this.#timer = null;
    if (this.#ending.signal.aborted) return;
    const { clock } = this.#options;
    const state = {
      endedAt: this.#scansAhead > 0 ? null : this.#endedAt,
      eventAt: this.#eventAt,
      hasMissing: this.#hasMissing,
    };
    const due = nextScan(state, this.#options);
    if (due !== null) {
      this.#timer = clock.startTimer(Math.max(0, due - clock.now()), () => void this.#poll());
    }
  }
}

/** Where changes show: in the root, in models and in versions. */
function foldersOf(root: string, { models }: FolderScan): readonly string[] {
  return [root, ...models.flatMap((model) => [model.folder, ...model.versions.map(({ folder }) => folder)])];
}
