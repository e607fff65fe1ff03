import { Listeners } from './listeners.js';
import type { LogLevel } from './log.js';
import type { RequestShare } from './request-share.js';

export const LOG_FORMATS = ['default', 'ISO8601'] as const;

/** What of the log is written, divided as V2's `logging` extension divides it. */
export interface LogSettings {
  readonly error: boolean;
  readonly warning: boolean;
  readonly info: boolean;
  /** 0 for none of the lines that are for developers, 1 for DEBUG, 2 and more for TRACE as well. */
  readonly verboseLevel: number;
  /** Kept and told, and no more than that: every line has its time in ISO 8601. */
  readonly format: (typeof LOG_FORMATS)[number];
  /** Requests that get a line each, whatever of the levels is written. */
  readonly requests: RequestShare;
}

/** Everything that is as grave as `level` or graver, and lines for so many requests. */
export function logSettingsOf(level: LogLevel, requests: RequestShare = 'off'): LogSettings {
  return {
    error: true,
    warning: level !== 'ERROR',
    info: level !== 'ERROR' && level !== 'WARN',
    verboseLevel: level === 'TRACE' ? 2 : level === 'DEBUG' ? 1 : 0,
    format: 'default',
    requests,
  };
}

/** Whether a line of this level is written. Each has a switch of its own: errors can be off while warnings are on. */
export function isWritten(level: LogLevel, settings: LogSettings): boolean {
  switch (level) {
    case 'ERROR':
      return settings.error;
    case 'WARN':
      return settings.warning;
    case 'INFO':
      return settings.info;
    case 'DEBUG':
      return settings.verboseLevel >= 1;
    case 'TRACE':
      return settings.verboseLevel >= 2;
  }
}

/** The settings of the running log: whoever writes looks here for each line, and whoever may changes them. */
export class LogControl {
  #settings: LogSettings;
  readonly #listeners = new Listeners();

  /**
   * @param level the least grave lines that are written at first
   * @param requests those that get a line each at first
   */
  constructor(level: LogLevel, requests: RequestShare = 'off') {
    this.#settings = logSettingsOf(level, requests);
  }

  get settings(): LogSettings {
    return this.#settings;
  }

  /** What is not named stays as it is. */
  change(change: Partial<LogSettings>): void {
    this.#settings = { ...this.#settings, ...change };
    this.#listeners.tell();
  }

  /** Calls `listener` after each change. Answers how to call that off. */
  onChange(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }
}
