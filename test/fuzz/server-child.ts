/** A whole server in a process of its own, for the targets that talk to sockets. Whatever nobody catches ends it. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { identityModel, writeModel } from '../support/onnx-models.js';
import { DEFAULT_LIMITS, GRPC, offerOf, settingsOf, startTestServer } from '../support/server.js';

/** What the parent is told: where the server listens, and then its memory whenever it asks. */
export type FromServer =
  | { readonly kind: 'open'; readonly restPort: number; readonly grpcPort: number }
  | { readonly kind: 'memory'; readonly rssBytes: number };

const folder = mkdtempSync(join(tmpdir(), 'furiosa-fuzz-server-'));
const models = [
  offerOf({ name: 'floats', path: writeModel(folder, 'floats', identityModel('FP32', ['n'])) }),
  offerOf({ name: 'texts', path: writeModel(folder, 'texts', identityModel('BYTES', ['n'])) }),
];
// Broken frames come from here by the thousand, and so do the calls that are to be answered beside them.
const limits = { ...DEFAULT_LIMITS, trustedProxies: ['127.0.0.1'] };
// Bodies and messages that are begun and never ended must not keep a connection for long.
const server = await startTestServer(
  settingsOf(models, {
    grpc: { ...GRPC, messageTimeoutMs: 2000 },
    rest: { host: '127.0.0.1', port: 0, maxBodyBytes: 1024 * 1024, bodyTimeoutMs: 2000, corsOrigins: [] },
    limits,
  }),
);
await server.server.modelsSettled;
tell({ kind: 'open', restPort: server.port, grpcPort: server.grpcPort });
process.on('message', () => tell({ kind: 'memory', rssBytes: process.memoryUsage.rss() }));
// Without a parent there is nobody to serve.
process.on('disconnect', () => process.exit());

function tell(message: FromServer): void {
  process.send?.(message);
}
