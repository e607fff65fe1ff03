import { openScreen, type Screen } from '#cli/top/screen.js';

/** How things are set off on a terminal; plain text comes back where there is none. */
export interface Style {
  bold(text: string): string;
}

export const PLAIN: Style = { bold: (text) => text };
export const COLOURED: Style = { bold: (text) => `\u001b[1m${text}\u001b[22m` };

/** Where a command prints. Standard output is for results alone; everything else goes to standard error. */
export interface Terminal {
  write(text: string): void;
  writeError(text: string): void;
  /** The width of the terminal that shows standard output; null where it goes to a file or another program. */
  readonly columns: number | null;
  /**
   * The width of the terminal that shows standard error, where a line can be written over to show that work goes on;
   * null where it cannot.
   */
  readonly progressColumns: number | null;
  readonly style: Style;
  /** Takes all of the terminal for one command; null where that cannot be, left out where there is none. */
  openScreen?(): Screen | null;
}

/** Some terminals, of containers for instance, do not tell their width: it is 0. */
const USUAL_COLUMNS = 80;

/** The process' own standard output and error. */
export function processTerminal(): Terminal {
  const { stdout, stderr, env } = process;
  // `furiosa devices | head -1`: the reader has seen enough. That is no error, and there is nobody to tell.
  stdout.on('error', ignoreClosedPipe);
  // Where errors cannot be written there is nobody left to tell.
  stderr.on('error', () => {});
  return {
    write: (text) => void stdout.write(text),
    writeError: (text) => void stderr.write(text),
    columns: stdout.isTTY ? stdout.columns || null : null,
    progressColumns: stderr.isTTY && env['TERM'] !== 'dumb' ? stderr.columns || USUAL_COLUMNS : null,
    style: stdout.isTTY && wantsColour(env) ? COLOURED : PLAIN,
    openScreen,
  };
}

/** Source of the rule: no-color.org; a terminal called `dumb` understands no escapes. */
export function wantsColour(env: Readonly<Record<string, string | undefined>>): boolean {
  const { NO_COLOR, TERM } = env as { NO_COLOR?: string; TERM?: string };
  return (NO_COLOR ?? '') === '' && TERM !== 'dumb';
}

function ignoreClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error;
}
