import type { Socket } from 'node:net';
import type { Peer } from '#core/peer.js';

/** Who is at the other end: without TLS, an address. */
export function peerOf(socket: Socket | undefined): Peer {
  return { address: socket?.remoteAddress ?? null, certificate: null };
}
