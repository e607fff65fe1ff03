import { Buffer } from 'node:buffer';
import type { Server as NetServer, Socket } from 'node:net';
import type { TLSSocket, Server as TlsServer } from 'node:tls';
import type { Clock, Timer } from '#core/clock.js';
import { HANDSHAKE_TIMEOUT_MS } from '#tls/context.js';
import type { Credentials } from '#tls/credentials.js';
import { HandshakeFailures } from './handshake-failures.js';
import type { MisuseWatch } from './limits/misuse-watch.js';
import { standBefore } from './stand-before.js';

/** The first byte of every TLS connection: a record of the type "handshake" (RFC 8446, section 5.1). */
const TLS_HANDSHAKE = 0x16;

/** Where it stands, and what it does with who knocks without TLS. */
export interface DoorOptions {
  /** As logs call it: `REST`. */
  readonly name: string;
  /** Answers a connection that does not speak TLS, and ends it. */
  refusePlain(socket: Socket): void;
  /** Knows which networks fail too many handshakes. */
  readonly misuse: MisuseWatch;
}

/**
 * What stands before a port with TLS: it knows the connections that have not finished their handshake, ends those that take too long,
 * says to who speaks plain HTTP that TLS is spoken here, turns away invalid certificates of clients, and gives the port its new
 * certificate when there is one.
 */
export class TlsDoor {
  readonly #clock: Clock;
  readonly #options: DoorOptions;
  readonly #failures: HandshakeFailures;
  /** Connections before the end of their handshake, by the address and port of the other side. */
  readonly #outside = new Map<string, { readonly socket: Socket; readonly timer: Timer }>();
  readonly #isCertificateAsked: boolean;

  constructor(server: TlsServer, credentials: Credentials, options: DoorOptions, clock: Clock) {
    this.#clock = clock;
    this.#options = options;
    this.#failures = new HandshakeFailures(options.name, clock);
    this.#isCertificateAsked = credentials.options.clientCaFile !== null;
    credentials.onChange(() => server.setSecureContext(credentials.contextOptions()));
    // The TLS server's own listener begins the handshake; it is to wait for the first byte.
    const begin = server.listeners('connection') as ((this: NetServer, socket: Socket) => void)[];
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => {
      this.#meet(socket, () => {
        for (const each of begin) each.call(server, socket);
      });
    });
    standBefore(server, (address) => options.misuse.admits(address));
    server.prependListener('secureConnection', (socket: TLSSocket) => this.#letIn(socket));
    server.on('tlsClientError', (error: Error, socket: TLSSocket) => {
      this.#failures.tell(reasonOf(error, socket), socket.remoteAddress ?? null);
    });
  }

  /** Ends the connections that have not finished their handshake. */
  close(): void {
    for (const { socket } of this.#outside.values()) socket.destroy();
  }

  #meet(socket: Socket, begin: () => void): void {
    const key = keyOf(socket);
    const timer = this.#clock.startTimer(HANDSHAKE_TIMEOUT_MS, () => socket.destroy());
    this.#outside.set(key, { socket, timer });
    // A socket that has closed no longer knows.
    const misuse = this.#options.misuse.of(socket.remoteAddress ?? null);
    let hasBegun = false;
    socket.once('close', () => {
      if (this.#outside.get(key)?.socket !== socket) return;
      this.#forget(key);
      if (hasBegun) misuse.charge(1);
    });
    const giveUp = (): void => void socket.destroy();
    socket.once('error', giveUp);
    socket.once('readable', () => {
      const chunk: unknown = socket.read();
      if (!Buffer.isBuffer(chunk)) {
        socket.destroy();
        return;
      }
      if (chunk[0] !== TLS_HANDSHAKE) {
        this.#failures.tell('it does not speak TLS', socket.remoteAddress ?? null);
        this.#options.refusePlain(socket);
        return;
      }
      socket.off('error', giveUp);
      socket.unshift(chunk);
      hasBegun = true;
      begin();
    });
  }

  #forget(key: string): void {
    this.#outside.get(key)?.timer.cancel();
    this.#outside.delete(key);
  }

  #letIn(socket: TLSSocket): void {
    this.#forget(keyOf(socket));
    const address = socket.remoteAddress ?? null;
    const misuse = this.#options.misuse.of(address);
    // Where certificates are optional, one that is shown and not valid is a mistake, and not the same as none.
    const isWelcome =
      !this.#isCertificateAsked || socket.authorized || socket.getPeerX509Certificate() === undefined;
    if (isWelcome) {
      misuse.answered();
      return;
    }
    misuse.charge(1);
    this.#failures.tell(certificateFault(socket), address);
    socket.destroy();
  }
}

function keyOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

function reasonOf(error: Error, socket: TLSSocket): string {
  if (socket.authorizationError) return certificateFault(socket);
  // OpenSSL: `error:0A000076:SSL routines::no suitable signature algorithm`, with a place in its source around it.
  const { reason } = error as Error & { readonly reason?: string };
  return reason ?? error.message;
}

/** Types say that it is an Error; it is the name of one. */
function certificateFault({ authorizationError }: TLSSocket): string {
  return `its certificate is not accepted (${String(authorizationError)})`;
}
