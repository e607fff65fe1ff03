/** This server as a participant: started like any other, from a model configuration. */
import { startServer } from '#app/start.js';
import { loadSettings } from '#config/load.js';

const [modelConfig = ''] = process.argv.slice(2);
const settings = loadSettings({
  flags: { modelConfig, host: '127.0.0.1', httpPort: 0, grpcPort: 0 },
  env: {},
  cwd: process.cwd(),
  hostHasNpu: false,
  productVersion: 'bench',
});
const server = await startServer(settings);
await server.modelsSettled;
process.on('SIGTERM', () => {
  server.stop();
  void server.stopped.then((status) => process.exit(status));
});
process.on('disconnect', () => process.exit(0));
process.send?.(server.restPort);
