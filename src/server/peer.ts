import type { Socket } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Peer } from '#core/peer.js';
import { namesOf, subjectOf } from '#tls/certificate-facts.js';

/** Certificates never change while a connection lasts: there is no renegotiation. */
const known = new WeakMap<TLSSocket, Peer['certificate']>();

/**
 * Who is at the other end of a connection. A certificate is told where it was asked for and is valid, and only then; its names are those
 * of its subjectAltName, without their kind. A socket that has closed no longer knows.
 */
export function peerOf(socket: Socket | undefined): Peer {
  return { address: socket?.remoteAddress ?? null, certificate: certificateOf(socket) };
}

function certificateOf(socket: Socket | undefined): Peer['certificate'] {
  if (!(socket instanceof TLSSocket)) return null;
  const before = known.get(socket);
  if (before !== undefined) return before;
  const certificate = socket.authorized ? socket.getPeerX509Certificate() : undefined;
  const told =
    certificate === undefined
      ? null
      : { subject: subjectOf(certificate.subject), names: namesOf(certificate.subjectAltName) };
  known.set(socket, told);
  return told;
}
