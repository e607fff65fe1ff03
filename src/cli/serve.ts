import { type RunningServer, startServer } from '#app/start.js';
import type { Settings } from '#config/settings.js';
import { messageOf } from '#core/errors.js';
import { LogControl } from '#core/log-settings.js';
import { startLog } from '#telemetry/log.js';
import { operationFailed } from './command-failure.js';

const SIGNALS: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGINT'];

/**
 * Runs a server in this process until it is told to stop; answers the exit status. A first signal drains, a second
 * ends at once. Throws CommandFailure when the server cannot start.
 */
export async function serve(settings: Settings, readAgain: () => Settings): Promise<number> {
  const logControl = new LogControl(settings.log.level, settings.log.requests);
  const stopLog = startLog(settings.log, logControl, process.stderr);
  let server: RunningServer | null = null;
  let isAsked = false;
  const stop = (): void => {
    isAsked = true;
    server?.stop();
  };
  // When its terminal goes, so does the server; without one the signal means what it means to every daemon.
  const hangUp = (): void => (process.stdin.isTTY ? stop() : void server?.reload());
  process.on('SIGHUP', hangUp);
  // Before the port opens: as the first process of a container, a signal without a listener would be lost.
  for (const signal of SIGNALS) process.on(signal, stop);
  try {
    server = await start(settings, logControl, readAgain);
    if (isAsked) server.stop();
    const status = await server.stopped;
    // The runtime waits for native code before it ends a process, and aborts it then. Who asked for an end now, or
    // has waited for the whole drain, is not made to wait on: nothing is left that anybody could be told.
    if (!server.enginesAreGone) process.kill(process.pid, 'SIGKILL');
    return status;
  } finally {
    stopLog();
  }
}

async function start(
  settings: Settings,
  logControl: LogControl,
  readAgain: () => Settings,
): Promise<RunningServer> {
  try {
    return await startServer(settings, logControl, readAgain);
  } catch (thrown) {
    throw operationFailed('furiosa server', messageOf(thrown));
  }
}
