import type { LogLevel } from '#core/log.js';

export interface LogOptions {
  readonly level: LogLevel;
  /** `auto`: for people on a terminal, JSON otherwise. */
  readonly format: 'auto' | 'pretty' | 'json';
}
