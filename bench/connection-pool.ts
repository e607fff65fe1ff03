import { connect, type Socket } from 'node:net';
import { AnswerReader } from './answer-reader.js';

/** Hears of the answer's status, or 0 where the connection ended without one. */
export type Answered = (status: number) => void;

const GROUP = 128;

/** Keep-alive connections with one request under way on each. Those used last are used first, so the others may go. */
export class ConnectionPool {
  readonly #port: number;
  readonly #request: Uint8Array;
  readonly #most: number;
  readonly #idle: Connection[] = [];
  readonly #waiting: { readonly sent: () => void; readonly answered: Answered }[] = [];
  readonly #all = new Set<Connection>();

  constructor(port: number, request: Uint8Array, most: number) {
    this.#port = port;
    this.#request = request;
    this.#most = most;
  }

  /** Opens all connections, in groups that a listener's backlog can hold. */
  async open(): Promise<void> {
    while (this.#all.size < this.#most) {
      const group = Math.min(GROUP, this.#most - this.#all.size);
      await Promise.all(Array.from({ length: group }, () => this.#connect()));
    }
  }

  /** @param sent hears of the moment when the request leaves, which is at once unless all connections are taken */
  send(sent: () => void, answered: Answered): void {
    this.#waiting.push({ sent, answered });
    this.#next();
    if (this.#waiting.length > 0 && this.#all.size < this.#most) void this.#connect();
  }

  /** Ends all connections, and with them what is under way. */
  close(): void {
    for (const each of this.#all) each.socket.destroy();
  }

  #next(): void {
    while (this.#idle.length > 0) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      const connection = this.#idle.pop();
      if (connection === undefined) return;
      job.sent();
      connection.answered = job.answered;
      connection.socket.write(this.#request);
    }
  }

  #connect(): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect({ port: this.#port, host: '127.0.0.1', noDelay: true });
      const connection: Connection = { socket, answers: new AnswerReader(), answered: null };
      this.#all.add(connection);
      const free = (): void => {
        this.#idle.push(connection);
        this.#next();
      };
      socket.on('connect', () => {
        free();
        resolve();
      });
      socket.on('data', (chunk) => {
        const status = connection.answers.push(chunk);
        if (status === null) return;
        const { answered } = connection;
        connection.answered = null;
        answered?.(status);
        free();
      });
      socket.on('error', reject);
      socket.on('close', () => {
        this.#all.delete(connection);
        const at = this.#idle.indexOf(connection);
        if (at !== -1) this.#idle.splice(at, 1);
        connection.answered?.(0);
      });
    });
  }
}

interface Connection {
  readonly socket: Socket;
  readonly answers: AnswerReader;
  answered: Answered | null;
}
