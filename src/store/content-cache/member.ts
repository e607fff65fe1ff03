import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, open, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock, Timer } from '#core/clock.js';
import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import { type Holder, parseHolder, startTicksOf, thisHolder, verdictOn } from './holder.js';
import { type CacheLayout, parseClaimedName } from './layout.js';

const log = loggerOf('store::cache');

const HOLDER = 'holder.json';
const LEASE = /^(blob|tree)-([0-9a-f]{64})$/;

/** How often a process shows that it lives. */
export const BEAT_MS = 10_000;

/** Without a beat for so long, a process that cannot be seen from here is taken for dead. */
export const STALE_MS = 60_000;

/** Whether a member lives: `dead` is certain, `stale` is what nothing was heard of for too long. */
export type Standing = 'alive' | 'dead' | 'stale';

/** What a process uses: `blob-<sha256>` or `tree-<id>`. */
export type LeaseName = `blob-${string}` | `tree-${string}`;

/**
 * This process among those that share a cache. Its folder shows that it lives, by its process number where others can
 * see it and by a heartbeat where they cannot, and holds a file for everything that must not be removed.
 */
export class Member {
  readonly #layout: CacheLayout;
  readonly #clock: Clock;
  readonly #holder: Holder;
  readonly #leases = new Map<LeaseName, number>();
  #timer: Timer | null = null;
  #beating: Promise<void> = Promise.resolve();
  #hasLeft = false;
  readonly nonce: string = randomUUID();

  private constructor(layout: CacheLayout, holder: Holder, clock: Clock) {
    this.#layout = layout;
    this.#holder = holder;
    this.#clock = clock;
  }

  static async join(layout: CacheLayout, clock: Clock): Promise<Member> {
    const member = new Member(layout, await thisHolder(), clock);
    await member.beat();
    member.#beatLater();
    return member;
  }

  get folder(): string {
    return this.#layout.member(this.nonce);
  }

  /** Shows that this process lives. Whoever took it for gone may have removed its folder: all is said again then. */
  async beat(): Promise<void> {
    if (this.#hasLeft) return;
    this.#beating = this.#beating.catch(() => {}).then(() => this.#beat());
    await this.#beating;
  }

  /** Counted: as many `unlease` end it. */
  async lease(name: LeaseName): Promise<void> {
    const count = this.#leases.get(name) ?? 0;
    this.#leases.set(name, count + 1);
    if (count > 0) return;
    try {
      await this.beat();
      await writeFile(join(this.folder, name), '');
    } catch (thrown) {
      await this.unlease(name);
      throw thrown;
    }
  }

  async unlease(name: LeaseName): Promise<void> {
    const count = this.#leases.get(name) ?? 0;
    if (count > 1) {
      this.#leases.set(name, count - 1);
      return;
    }
    this.#leases.delete(name);
    await rm(join(this.folder, name), { force: true });
  }

  /** What is to be thought of another member. One whose folder is gone has left. */
  async judge(nonce: string): Promise<Standing> {
    if (nonce === this.nonce) return 'alive';
    const folder = this.#layout.member(nonce);
    const text = await readFile(join(folder, HOLDER), 'utf8').catch(() => null);
    const holder = parseHolder(text ?? '');
    const startTicks = holder?.pid == null ? null : await startTicksOf(holder.pid);
    const verdict = holder === null ? 'unknown' : verdictOn(holder, this.#holder, startTicks);
    if (verdict !== 'unknown') return verdict;
    return (await this.isStale(text === null ? folder : join(folder, HOLDER))) ? 'stale' : 'alive';
  }

  /** Whether a file was written longer ago than any living process would let it be; true where there is none. */
  async isStale(path: string): Promise<boolean> {
    const written = await stat(path).catch(() => null);
    if (written === null) return true;
    await this.beat();
    const now = await stat(join(this.folder, HOLDER));
    return now.mtimeMs - written.mtimeMs > STALE_MS;
  }

  /** Everything that living members use, after those that are gone have been cleared away. */
  async leases(): Promise<ReadonlySet<string>> {
    const names = new Set<string>();
    for (const nonce of await namesIn(this.#layout.members)) {
      if ((await this.bury(nonce)) !== 'alive') continue;
      for (const name of await namesIn(this.#layout.member(nonce))) if (LEASE.test(name)) names.add(name);
    }
    return names;
  }

  /** Clears away what a member left that is gone; its downloads are free for others to go on with. */
  async bury(nonce: string): Promise<Standing> {
    const standing = await this.judge(nonce);
    if (standing === 'alive') return standing;
    log.debug(`a process that shared the cache ${this.#layout.folder} is gone`, { member: nonce, standing });
    await this.#layDown(nonce, standing === 'stale');
    return standing;
  }

  async leave(): Promise<void> {
    this.#timer?.cancel();
    this.#hasLeft = true;
    await this.#beating.catch(() => {});
    await this.#layDown(this.nonce, false);
  }

  /** `mayWake`: it may only have slept, and must then not write into what another one goes on with. */
  async #layDown(nonce: string, mayWake: boolean): Promise<void> {
    const folder = this.#layout.member(nonce);
    for (const name of await namesIn(folder)) {
      const claimed = parseClaimedName(name);
      if (claimed === null) continue;
      const free = this.#layout.freePartial(claimed.objectId);
      // Should it not work, it is only a download that begins anew.
      await (mayWake ? copyOver(join(folder, name), free) : rename(join(folder, name), free)).catch(() => {});
    }
    await rm(folder, { recursive: true, force: true });
  }

  async #beat(): Promise<void> {
    const isNew = (await mkdir(this.folder, { recursive: true })) !== undefined;
    // Written, and not touched: the time is then the file server's, by which all members are judged. In its place, for
    // which a full disk has room, too.
    const handle = await open(join(this.folder, HOLDER), constants.O_WRONLY | constants.O_CREAT);
    try {
      await handle.write(JSON.stringify(this.#holder), 0);
    } finally {
      await handle.close();
    }
    if (isNew) for (const name of this.#leases.keys()) await writeFile(join(this.folder, name), '');
  }

  #beatLater(): void {
    this.#timer = this.#clock.startTimer(BEAT_MS, () => {
      this.#beatLater();
      this.beat().catch((thrown: unknown) => log.warn(`the cache cannot be written: ${messageOf(thrown)}`));
    });
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return await readdir(folder).catch(() => []);
}

/** A copy takes no room where the file system can share its bytes. */
async function copyOver(from: string, to: string): Promise<void> {
  const aside = `${to}.${randomUUID()}`;
  try {
    await copyFile(from, aside, constants.COPYFILE_FICLONE);
    await rename(aside, to);
  } finally {
    await rm(aside, { force: true });
  }
}
