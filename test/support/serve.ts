import type { Environment } from '#config/given.js';
import { loadSettings } from '#config/load.js';
import type { Flags } from '#config/option-values.js';
import type { Settings } from '#config/settings.js';
import type { LogControl } from '#core/log-settings.js';
import { repositoryRoot } from './places.js';
import { startTestServer, type TestServer } from './server.js';

/** Takes what is to be done at the end: `(end) => t.after(end)`, or `atEnd()` for what a `before` hook starts. */
export type AtEnd = (end: () => unknown) => void;

/**
 * An AtEnd for a whole suite, to be made beside its hooks: an `after` that is called inside of a `before` hook runs
 * when that hook ends.
 */
export function atEnd(after: AtEnd): AtEnd {
  const ends: (() => unknown)[] = [];
  after(async () => {
    for (const end of ends.reverse()) await end();
  });
  return (end) => void ends.push(end);
}

/** A server whose models have settled. It stops at the end, however that comes. */
export async function serve(atEnd: AtEnd, settings: Settings, logControl?: LogControl): Promise<TestServer> {
  const server = await startTestServer(settings, logControl);
  atEnd(() => server.stop());
  await server.server.modelsSettled;
  return server;
}

/** Settings as the command reads them, for a port of the test's own and a host without NPUs. */
export function readSettings(flags: Flags, env: Environment = {}, hostHasNpu = false): Settings {
  const ours: Flags = {
    host: '127.0.0.1',
    httpPort: 0,
    grpcPort: 0,
    devRoot: '/nonexistent',
    sysRoot: '/nonexistent',
  };
  return loadSettings({
    flags: { ...ours, ...flags },
    env,
    cwd: repositoryRoot,
    hostHasNpu,
    productVersion: '0.0.0-test',
  });
}
