import { request } from 'node:https';
import type { TLSSocket } from 'node:tls';

/** What a client of TLS brings; in PEM. */
export interface Trust {
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
}

export interface SecureReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
  /** The common name of the certificate that the server showed. */
  readonly shown: string;
}

/** One question by https, on a connection of its own. Rejects as Node's client does. */
export function askSecurely(
  port: number,
  path: string,
  trust: Trust,
  body?: string | Uint8Array,
): Promise<SecureReply> {
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        path,
        method: body === undefined ? 'GET' : 'POST',
        agent: false,
        ...trust,
      },
      (response) => {
        const chunks: Buffer[] = [];
        const shown = (response.socket as TLSSocket).getPeerCertificate().subject.CN;
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: response.headers,
            text: Buffer.concat(chunks).toString(),
            shown: String(shown),
          }),
        );
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
}
