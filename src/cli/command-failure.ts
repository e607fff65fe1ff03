/** What the exit status says: 1, the operation failed; 2, the command line or the configuration is wrong. */
export type FailureStatus = 1 | 2;

/** A command that ends with a sentence instead of a result. */
export class CommandFailure extends Error {
  readonly status: FailureStatus;
  /** What is printed on standard error, one line each. */
  readonly lines: readonly string[];

  constructor(status: FailureStatus, lines: readonly string[]) {
    super(lines.join('\n'));
    this.name = 'CommandFailure';
    this.status = status;
    this.lines = lines;
  }
}

/** A mistake in the command line. The command is named as it was called, for instance `furiosa server`. */
export function usageError(command: string, sentence: string): CommandFailure {
  return new CommandFailure(2, [`${command}: ${sentence}`]);
}

/** Something that was asked for rightly and could not be done. */
export function operationFailed(command: string, sentence: string): CommandFailure {
  return new CommandFailure(1, [`${command}: ${sentence}`]);
}
