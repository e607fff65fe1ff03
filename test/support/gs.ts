/** A server that speaks Google Cloud Storage's protocol, of the test's own: `gcp-storage-emulator` (PyPI). */

import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { firstCommand, startForeign } from './foreign-server.js';
import type { AtEnd } from './serve.js';

const COMMAND = firstCommand([process.env['FURIOSA_TEST_GS'], 'gcp-storage-emulator']);

/** Why tests of Google Cloud Storage cannot run here; false where they can. */
export const NO_GS: string | false =
  COMMAND === null
    ? 'this host has no gcp-storage-emulator: put it (pip install gcp-storage-emulator) into PATH, or its path into FURIOSA_TEST_GS'
    : false;

export const BUCKET = 'models';

export interface TestGs {
  readonly endpoint: string;
  put(key: string, body: string | Uint8Array): Promise<void>;
}

/** A server that runs, with one empty bucket. It goes at the end. */
export async function startGs(atEnd: AtEnd): Promise<TestGs> {
  const port = await freePort();
  const args = [
    'start',
    '--host',
    '127.0.0.1',
    '--port',
    String(port),
    '--in-memory',
    '--default-bucket',
    BUCKET,
  ];
  await startForeign(atEnd, COMMAND ?? '', args, /(All services started)/, { PYTHONUNBUFFERED: '1' });
  const endpoint = `http://127.0.0.1:${port}`;
  return {
    endpoint,
    put: async (key, body) => {
      const url = `${endpoint}/upload/storage/v1/b/${BUCKET}/o?uploadType=media&name=${encodeURIComponent(key)}`;
      const reply = await fetch(url, { method: 'POST', body: Buffer.from(body) });
      if (!reply.ok) throw new Error(`${key} cannot be put: ${reply.status} ${await reply.text()}`);
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
