import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { LogLevel } from '#core/log.js';
import { exitStatus, exitText } from './exit.js';
import { BEAT_MS, RESTARTS_VARIABLE, type ServerMessage } from './messages.js';
import { nextStart } from './next-start.js';
import { type ReportFormat, reportLine } from './report.js';
import { Supervised } from './supervised.js';

const FURIOSA = fileURLToPath(new URL('../../../../bin/furiosa.js', import.meta.url));

/** A listening socket that nobody here listens on. */
interface Handle {
  close(): void;
}

/**
 * Keeps a server alive. It is the process that the user started, and everything that can fail is in the process that
 * it starts: it holds that process's listening sockets, so that connections wait in the system's queue while there is
 * none, starts another when it crashes, and passes signals on.
 */
export class Supervisor {
  readonly #argv: readonly string[];
  readonly #finish: (status: number) => void;
  readonly #sockets = new Map<string, Handle>();
  #current: Supervised | null = null;
  /** The one that is to take the place of the current one. */
  #successor: Supervised | null = null;
  /** Servers that have given way and still answer. */
  readonly #leaving = new Set<Supervised>();
  #format: ReportFormat = process.stderr.isTTY ? 'pretty' : 'json';
  #crashes = 0;
  #restarts = 0;
  #hasServed = false;
  #isStopping = false;
  /** What to end with once no server is left. */
  #status = 0;
  #wait: NodeJS.Timeout | null = null;

  /**
   * @param argv the words after the program's name
   * @param finish gets the exit status
   */
  constructor(argv: readonly string[], finish: (status: number) => void) {
    this.#argv = argv;
    this.#finish = finish;
  }

  start(): void {
    this.#current = this.#spawn();
    setInterval(() => {
      for (const each of this.#all()) each.beat();
    }, BEAT_MS).unref();
  }

  /** A wish that the server is to fulfil: drain, or stop at once when it is the second. */
  stop(signal: NodeJS.Signals): void {
    this.#isStopping = true;
    for (const socket of this.#sockets.values()) socket.close();
    this.#sockets.clear();
    if (this.#wait !== null) clearTimeout(this.#wait);
    this.pass(signal);
    this.#endWithTheLast();
  }

  pass(signal: NodeJS.Signals): void {
    for (const { process } of this.#all()) process.kill(signal);
  }

  /** Starts another server beside the one that serves, which gives way once the new one is ready. */
  replace(): void {
    if (this.#isStopping || this.#current === null) return;
    if (this.#successor !== null) {
      this.#report('WARN', 'a new server is being started already');
      return;
    }
    this.#report('INFO', 'starting a new server, which takes the place of this one once it is ready');
    this.#successor = this.#spawn();
  }

  #all(): readonly Supervised[] {
    return [this.#current, this.#successor, ...this.#leaving].filter((each) => each !== null);
  }

  #spawn(): Supervised {
    const env = { ...process.env, [RESTARTS_VARIABLE]: String(this.#restarts) };
    const stdio = ['inherit', 'inherit', 'inherit', 'ipc'] as const;
    const command = [...process.execArgv, FURIOSA, ...this.#argv];
    const server = new Supervised(spawn(process.execPath, command, { env, stdio: [...stdio] }));
    server.process.on('message', (message, handle) =>
      this.#heard(server, message as ServerMessage, handle as unknown as Handle | undefined),
    );
    server.process.once('exit', (code, signal) => this.#ended(server, code, signal));
    server.process.once('error', (error) => {
      this.#report('ERROR', `the server cannot be started: ${error.message}`);
      this.#finish(1);
    });
    return server;
  }

  #heard(server: Supervised, message: ServerMessage, handle: Handle | undefined): void {
    server.heard(message);
    if (message.kind === 'hello') {
      this.#format = message.logFormat;
      for (const [name, socket] of this.#sockets) server.tell({ kind: 'socket', name }, socket);
      server.tell({ kind: 'begin' });
    } else if (message.kind === 'keep' && handle !== undefined) this.#keep(message.name, handle);
    else if (message.kind === 'settled') this.#settled(server, message.areAllReady);
  }

  #keep(name: string, handle: Handle): void {
    if (this.#isStopping || this.#sockets.has(name)) handle.close();
    else this.#sockets.set(name, handle);
  }

  #settled(server: Supervised, areAllReady: boolean): void {
    this.#hasServed = true;
    if (server === this.#successor && !areAllReady && this.#current !== null) {
      this.#report('ERROR', 'the new server could not load every model and is ended; the old one serves on');
      this.#successor = null;
      this.#leaving.add(server);
      server.process.kill('SIGTERM');
    } else if (server === this.#successor) this.#takePlace(server);
    if (server === this.#current) this.#forgetOthers(server);
  }

  #takePlace(server: Supervised): void {
    if (this.#wait !== null) clearTimeout(this.#wait);
    const old = this.#current;
    this.#current = server;
    this.#successor = null;
    if (old === null) return;
    this.#report('INFO', 'the new server is ready; the old one gives way');
    this.#leaving.add(old);
    old.tell({ kind: 'give-way' });
  }

  /** The configuration may have other addresses by now. */
  #forgetOthers({ names }: Supervised): void {
    for (const [name, socket] of this.#sockets) {
      if (names.has(name)) continue;
      socket.close();
      this.#sockets.delete(name);
    }
  }

  #ended(server: Supervised, code: number | null, signal: NodeJS.Signals | null): void {
    const { silentMs, doneStatus } = server;
    const exit =
      doneStatus === null ? { code, signal, silentMs } : { code: doneStatus, signal: null, silentMs };
    if (this.#leaving.delete(server)) this.#endWithTheLast();
    else if (server === this.#successor) {
      this.#successor = null;
      if (!this.#isStopping) this.#report('ERROR', `the new server ${exitText(exit)}; the old one serves on`);
      this.#endWithTheLast();
    } else {
      this.#current = null;
      if (!this.#isStopping) this.#mend(server, exit);
      else {
        this.#status = exitStatus(exit);
        this.#endWithTheLast();
      }
    }
  }

  #mend(server: Supervised, exit: Parameters<typeof exitText>[0]): void {
    const livedMs = performance.now() - server.startedAt;
    const next = nextStart({ ...exit, livedMs, crashes: this.#crashes, hasServed: this.#hasServed });
    if (next.kind === 'end') {
      if (next.why === 'crashes')
        this.#report('ERROR', `the server ${exitText(exit)}, once too often in a row: it is given up`);
      this.#status = next.status;
      this.stop('SIGTERM');
      return;
    }
    this.#crashes = next.crashes;
    this.#restarts++;
    const when = next.delayMs === 0 ? 'now' : `in ${next.delayMs / 1000} s`;
    this.#report('WARN', `the server ${exitText(exit)}; it is started again ${when}`);
    const again = (): void => {
      // One that was to take the place has it.
      this.#current = this.#successor ?? this.#spawn();
      this.#successor = null;
    };
    if (next.delayMs === 0) again();
    else this.#wait = setTimeout(again, next.delayMs);
  }

  #endWithTheLast(): void {
    if (this.#isStopping && this.#all().length === 0) this.#finish(this.#status);
  }

  #report(level: LogLevel, message: string): void {
    process.stderr.write(reportLine(level, message, this.#format, new Date()));
  }
}
