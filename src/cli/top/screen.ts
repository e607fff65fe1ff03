import type { PageSize } from './top-page.js';

/** A terminal that a command has for itself: it draws whole pages and hears single keys. */
export interface Screen {
  readonly size: PageSize;
  /** @param lines as many as the screen has rows */
  draw(lines: readonly string[]): void;
  /** Calls `listener` with what is typed, as the terminal sends it. */
  onTyped(listener: (text: string) => void): void;
  onResize(listener: () => void): void;
  /** Gives the terminal back as it was. */
  close(): void;
}

const ENTER = '\u001b[?1049h\u001b[?25l';
const LEAVE = '\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const CLEAR_LINE = '\u001b[K';
const CLEAR_BELOW = '\u001b[J';
const USUAL_SIZE: PageSize = { columns: 80, rows: 24 };
/** As a shell tells of a process that was ended by a signal. */
const SIGNALS = { SIGTERM: 143, SIGINT: 130, SIGHUP: 129 } as const;

/** The terminal of this process; null where input or output is none, or a dumb one. */
export function openScreen(): Screen | null {
  const { stdin, stdout, env } = process;
  if (!stdin.isTTY || !stdout.isTTY || env['TERM'] === 'dumb') return null;
  const listeners: (() => void)[] = [];
  let isOpen = true;
  const close = (): void => {
    if (!isOpen) return;
    isOpen = false;
    for (const stop of listeners) stop();
    stdin.setRawMode(false);
    stdin.pause();
    stdout.write(LEAVE);
  };
  const on = (emitter: NodeJS.EventEmitter, event: string, listener: (text: string) => void): void => {
    emitter.on(event, listener);
    listeners.push(() => void emitter.off(event, listener));
  };
  stdout.write(ENTER);
  stdin.setRawMode(true);
  stdin.setEncoding('utf8');
  stdin.resume();
  // However the process ends, but for SIGKILL.
  on(process, 'exit', close);
  for (const [signal, status] of Object.entries(SIGNALS)) on(process, signal, () => process.exit(status));
  return {
    get size() {
      // Some terminals, of containers for instance, do not tell their size: it is 0.
      return { columns: stdout.columns || USUAL_SIZE.columns, rows: stdout.rows || USUAL_SIZE.rows };
    },
    draw(lines) {
      if (!isOpen) return;
      stdout.write(`${HOME}${lines.map((line) => line + CLEAR_LINE).join('\r\n')}${CLEAR_BELOW}`);
    },
    onTyped: (listener) => on(stdin, 'data', listener),
    onResize: (listener) => on(stdout, 'resize', listener),
    close,
  };
}
