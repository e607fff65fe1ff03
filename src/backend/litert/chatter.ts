import { type Logger, loggerOf } from '#core/log.js';

/**
 * What LiteRT prints. All of it goes to the log at DEBUG. Its errors are kept as well: they are the only sign of a run
 * that failed, and the only place where the reason stands.
 */
export class Chatter {
  readonly #log: Logger = loggerOf('backend::litert');
  #errors: string[] = [];

  /** Takes one line. */
  hear(line: string): void {
    this.#log.debug(line);
    if (line.startsWith('ERROR: ') && this.#errors.length < MAX_ERRORS) this.#errors.push(line);
  }

  /** The errors since the last call. */
  take(): readonly string[] {
    const errors = this.#errors;
    this.#errors = [];
    return errors;
  }
}

/** More are the same error from further up. */
const MAX_ERRORS = 20;
