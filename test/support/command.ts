import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';

/** The command, as a file. */
export const FURIOSA: string = fileURLToPath(new URL('../../../bin/furiosa.js', import.meta.url));

/** What a line of the server's log says, when it is written for machines. */
export interface LogLine {
  readonly level: string;
  readonly message: string;
  readonly port?: number;
}

/** `furiosa server` as a process of its own. */
export interface ServerProcess {
  readonly port: number;
  readonly child: ChildProcess;
  /** Settles with the first line, written or yet to be, whose message matches. */
  logged(message: RegExp): Promise<LogLine>;
  /** Settles with the exit status or the signal that ended it. */
  readonly ended: Promise<number | string>;
}

/** Starts the command on a port of the system's choice and settles when it listens. */
export async function serverProcess(args: readonly string[]): Promise<ServerProcess> {
  const command = [
    FURIOSA,
    'server',
    '--host',
    '127.0.0.1',
    '--http-port',
    '0',
    '--grpc-port',
    '0',
    '--log-format',
    'json',
    ...args,
  ];
  return serving(spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'] }));
}

/** Settles when the process listens. It logs JSON to a pipe. */
export async function serving(child: ChildProcess): Promise<ServerProcess> {
  const lines: LogLine[] = [];
  const waiting: { readonly message: RegExp; readonly resolve: (line: LogLine) => void }[] = [];
  createInterface({ input: child.stderr as Readable }).on('line', (text) => {
    const line = JSON.parse(text) as LogLine;
    lines.push(line);
    for (const { message, resolve } of waiting) if (message.test(line.message)) resolve(line);
  });
  const logged = (message: RegExp): Promise<LogLine> =>
    new Promise((resolve) => {
      const found = lines.find((line) => message.test(line.message));
      if (found) resolve(found);
      else waiting.push({ message, resolve });
    });
  const ended = new Promise<number | string>((resolve) => {
    child.once('exit', (status, signal) => resolve(status ?? signal ?? 'unknown'));
  });
  const { port = 0 } = await logged(/ listens on /);
  return { port, child, logged, ended };
}
