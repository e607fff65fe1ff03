import type { Clock, Timer } from '#core/clock.js';
import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { TraceRecord } from '#inference/trace.js';
import { encodeTrace } from './encode-trace.js';
import { JsonArrayFile } from './json-array-file.js';

const log = loggerOf('tracing::trace-file');

/** Traces that come within so long are written together. */
const WRITE_DELAY_MS = 100;

/** Traces that wait for being written take so much memory at most; more are dropped. */
const MAX_WAITING_BYTES = 16 * 1024 * 1024;

/** What a trace takes beside the bytes of its tensors, roughly. */
const TRACE_BYTES = 1024;

/** Between so many characters others get a turn: to make text of tensors takes time. */
const TURN_LENGTH = 256 * 1024;

interface Waiting {
  readonly record: TraceRecord;
  readonly tracesPerFile: number;
}

/**
 * Writes traces to a file, or to a series `<path>.0`, `<path>.1`, … of so many traces each, behind the back of whoever
 * has them. What goes wrong is told to the log, once, and never to those whose requests are traced.
 */
export class TraceFile {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #whole: JsonArrayFile;
  #waiting: Waiting[] = [];
  #waitingBytes = 0;
  #timer: Timer | null = null;
  #writing: Promise<void> = Promise.resolve();
  /** The file of the series that is being filled, and how many traces it has. */
  #part: { readonly file: JsonArrayFile; count: number } | null = null;
  #nextPart = 0;
  #hasFailed = false;
  #hasDropped = false;
  #isClosed = false;

  /** @param path where nothing is written before there is a first trace; then, what was there is gone */
  constructor(path: string, clock: Clock) {
    this.#path = path;
    this.#clock = clock;
    this.#whole = new JsonArrayFile(path);
  }

  /** Takes a trace; neither waits nor throws. `tracesPerFile` is 0 for the file without an end. */
  write(record: TraceRecord, tracesPerFile: number): void {
    if (this.#isClosed) return;
    if (this.#waitingBytes >= MAX_WAITING_BYTES) {
      this.#drop();
      return;
    }
    this.#waiting.push({ record, tracesPerFile });
    this.#waitingBytes += bytesOf(record);
    this.#timer ??= this.#clock.startTimer(WRITE_DELAY_MS, () => void this.flush());
  }

  /** Writes what waits. Never rejects. */
  flush(): Promise<void> {
    this.#timer?.cancel();
    this.#timer = null;
    this.#writing = this.#writing.then(() => this.#safely(() => this.#writeWaiting()));
    return this.#writing;
  }

  /** Writes what waits and closes the files; takes nothing more. Never rejects. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.flush();
    await this.#safely(() => this.#whole.close());
    await this.#safely(() => this.#closePart());
  }

  async #writeWaiting(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    try {
      for (const { record, tracesPerFile } of waiting) await this.#writeOne(record, tracesPerFile);
      await this.#whole.flush();
      await this.#part?.file.flush();
    } finally {
      // Only now: until they are written they take memory.
      for (const { record } of waiting) this.#waitingBytes -= bytesOf(record);
    }
  }

  async #writeOne(record: TraceRecord, tracesPerFile: number): Promise<void> {
    const file = tracesPerFile === 0 ? this.#whole : this.#openPart().file;
    for (const element of encodeTrace(record)) file.add(element);
    if (tracesPerFile > 0 && this.#part !== null && ++this.#part.count >= tracesPerFile)
      await this.#closePart();
    else if (file.unwritten >= TURN_LENGTH) await file.flush();
  }

  #openPart(): { readonly file: JsonArrayFile; count: number } {
    this.#part ??= { file: new JsonArrayFile(`${this.#path}.${this.#nextPart++}`), count: 0 };
    return this.#part;
  }

  async #closePart(): Promise<void> {
    const part = this.#part;
    this.#part = null;
    await part?.file.close();
  }

  async #safely(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (thrown) {
      if (!this.#hasFailed) log.error(`traces cannot be written to ${this.#path}: ${messageOf(thrown)}`);
      this.#hasFailed = true;
    }
  }

  #drop(): void {
    if (!this.#hasDropped) log.warn('traces come faster than they can be written; some are left out');
    this.#hasDropped = true;
  }
}

function bytesOf({ tensors }: TraceRecord): number {
  return tensors.reduce((sum, { data }) => sum + (data?.byteLength ?? 0), TRACE_BYTES);
}
