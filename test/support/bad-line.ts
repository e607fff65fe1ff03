import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import type { AtEnd } from './serve.js';

/** What happens to the answers of one connection when so many bytes of them have come through. */
export interface Break {
  readonly after: number;
  /** `cut`: the connection ends; `stall`: nothing more comes. */
  readonly how: 'cut' | 'stall';
  readonly afterwards?: () => Promise<void>;
}

/** A line to another server, which breaks when a test wants it to. What goes over it is not looked at. */
export class BadLine {
  readonly #server = createServer((client) => this.#connect(client));
  readonly #target: URL;
  readonly #sockets = new Set<Socket>();
  #next: Break | null = null;

  private constructor(target: string) {
    this.#target = new URL(target);
  }

  static async to(target: string, atEnd: AtEnd): Promise<BadLine> {
    const line = new BadLine(target);
    line.#server.listen(0, '127.0.0.1');
    await once(line.#server, 'listening');
    atEnd(async () => {
      for (const socket of line.#sockets) socket.destroy();
      line.#server.close();
    });
    return line;
  }

  get endpoint(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** The next answer, and those after it, break when so many bytes have come; then the line is good again. */
  breakOnce(next: Break): void {
    this.#next = next;
  }

  #connect(client: Socket): void {
    const { hostname, port } = this.#target;
    const server = connect(Number(port), hostname);
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.on('error', () => socket.destroy());
      socket.on('close', () => this.#sockets.delete(socket));
    }
    client.pipe(server);
    client.on('close', () => server.destroy());
    server.on('end', () => client.end());
    let passed = 0;
    server.on('data', (bytes) => {
      const broken = this.#next;
      if (broken === null || passed + bytes.length < broken.after) {
        passed += broken === null ? 0 : bytes.length;
        client.write(bytes);
        return;
      }
      this.#next = null;
      server.removeAllListeners('data').pause();
      client.write(bytes.subarray(0, broken.after - passed), async () => {
        await broken.afterwards?.();
        if (broken.how === 'cut') client.destroy();
      });
    });
  }
}
