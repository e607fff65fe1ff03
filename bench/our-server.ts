/**
 * This server as a participant: started like any other, from a model configuration. A second word holds further options, as
 * JSON. What it logs goes nowhere. It tells the runs of its engines when it is asked.
 */
import { createWriteStream } from 'node:fs';
import { devNull } from 'node:os';
import { dirname, join } from 'node:path';
import { launchServer } from '#app/launch.js';
import { loadSettings } from '#config/load.js';
import type { Flags } from '#config/option-values.js';
import { LogControl } from '#core/log-settings.js';
import { startLog } from '#telemetry/log.js';
import { type NoteOrder, obey } from './run-notes.js';

/** Where it listens. */
export interface Ports {
  readonly rest: number;
  readonly grpc: number;
}

const [modelConfig = '', options = '{}'] = process.argv.slice(2);
const settings = loadSettings({
  flags: {
    modelConfig,
    host: '127.0.0.1',
    httpPort: 0,
    grpcPort: 1,
    // Goes with the configuration.
    modelCacheDir: join(dirname(modelConfig), 'cache'),
    ...(JSON.parse(options) as Flags),
  },
  env: {},
  cwd: process.cwd(),
  hostHasNpu: false,
  productVersion: 'bench',
});
// On the command line port 0 turns gRPC off; here it lets the system choose.
const grpc = settings.grpc && { ...settings.grpc, port: 0 };
const logControl = new LogControl(settings.log.level, settings.log.requests);
if (settings.log.requests !== 'off') startLog(settings.log, logControl, createWriteStream(devNull));
const server = await launchServer({ ...settings, grpc }, logControl);
await server.modelsSettled;
process.on('SIGTERM', () => {
  server.stop();
  void server.stopped.then((status) => process.exit(status));
});
process.on('disconnect', () => process.exit(0));
process.on('message', (order: NoteOrder) => process.send?.(obey(order)));
const ports: Ports = { rest: server.restPort, grpc: server.grpcPort ?? 0 };
process.send?.(ports);
