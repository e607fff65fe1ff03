/** An S3-compatible server of the test's own: `s3s-fs` (crates.io) or `moto_server` (PyPI), whichever there is. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { CreateBucketCommand, DeleteObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { firstCommand, startForeign } from './foreign-server.js';
import type { AtEnd } from './serve.js';

const COMMAND = firstCommand([process.env['FURIOSA_TEST_S3'], 's3s-fs', 'moto_server']);

/** Why tests of S3 cannot run here; false where they can. */
export const NO_S3: string | false =
  COMMAND === null
    ? 'this host has no S3 server: put s3s-fs (cargo install s3s-fs --features binary) or moto_server (pip install moto[server]) into PATH, or its path into FURIOSA_TEST_S3'
    : false;

/** Whether the server compares signatures. */
export const CHECKS_SIGNATURES: boolean = COMMAND !== null && basename(COMMAND) === 's3s-fs';

export const ACCESS_KEY = 'furiosa';
export const SECRET_KEY = 'a secret of the test';
export const BUCKET = 'models';

export interface TestS3 {
  readonly endpoint: string;
  put(key: string, body: string | Uint8Array): Promise<void>;
  remove(key: string): Promise<void>;
  /** Changes what is stored behind the server's back; only where it stores files. */
  damage(key: string, body: Uint8Array): void;
}

/** A server that runs, with one empty bucket. It goes at the end, with its folder. */
export async function startS3(atEnd: AtEnd): Promise<TestS3> {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-s3-'));
  const endpoint = await start(COMMAND ?? '', folder, atEnd);
  const client = new S3Client({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: ACCESS_KEY, secretAccessKey: SECRET_KEY },
  });
  atEnd(async () => {
    client.destroy();
    rmSync(folder, { recursive: true, force: true });
  });
  await client.send(new CreateBucketCommand({ Bucket: BUCKET }));
  return {
    endpoint,
    put: async (key, body) => {
      await client.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: Buffer.from(body) }));
    },
    remove: async (key) => {
      await client.send(new DeleteObjectCommand({ Bucket: BUCKET, Key: key }));
    },
    damage: (key, body) => writeFileSync(join(folder, BUCKET, key), body),
  };
}

async function start(command: string, folder: string, atEnd: AtEnd): Promise<string> {
  if (!CHECKS_SIGNATURES) {
    return await startForeign(atEnd, command, ['-H', '127.0.0.1', '-p', '0'], /Running on (http:\/\/\S+)/);
  }
  mkdirSync(folder, { recursive: true });
  const keys = ['--access-key', ACCESS_KEY, '--secret-key', SECRET_KEY];
  const args = ['--host', '127.0.0.1', '--port', '0', ...keys, folder];
  return await startForeign(atEnd, command, args, /running at (http:\/\/\S+)/, { RUST_LOG: 'info' });
}
