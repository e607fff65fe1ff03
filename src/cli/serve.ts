import { launchServer } from '#app/launch.js';
import type { RunningServer } from '#app/start.js';
import { type Supervision, UNSUPERVISED } from '#app/supervision.js';
import { SupervisorLink } from '#cli/supervise/supervisor-link.js';
import type { Settings } from '#config/settings.js';
import { deferred } from '#core/deferred.js';
import { messageOf } from '#core/errors.js';
import { LogControl } from '#core/log-settings.js';
import { startLog } from '#telemetry/log.js';
import { operationFailed } from './command-failure.js';
import { endNoMore, STOP_SIGNALS } from './early-stop.js';

/**
 * Runs a server in this process until it is told to stop; answers the exit status. A first signal drains, a second
 * ends at once. Throws CommandFailure when the server cannot start.
 */
export async function serve(settings: Settings, readAgain: () => Settings): Promise<number> {
  const logControl = new LogControl(settings.log.level, settings.log.requests);
  const stopLog = startLog(settings.log, logControl, process.stderr);
  let server: RunningServer | null = null;
  const askedEarly = deferred<null>();
  const stop = (): void => {
    if (server === null) askedEarly.resolve(null);
    else server.stop();
  };
  const giveWay = (): void => (server === null ? askedEarly.resolve(null) : server.giveWay());
  // When its terminal goes, so does the server; without one the signal means what it means to every daemon.
  const hangUp = (): void => (process.stdin.isTTY ? stop() : void server?.reload());
  process.on('SIGHUP', hangUp);
  for (const signal of STOP_SIGNALS) process.on(signal, stop);
  endNoMore();
  const link = SupervisorLink.find({ giveWay });
  try {
    await link?.begin({ logFormat: formatOf(settings), hangTimeoutMs: settings.hangTimeoutMs });
    const supervision = link === null ? UNSUPERVISED : { sockets: link, restarts: link.restarts };
    // Whoever is asked to stop before the ports are open has nothing to drain, whatever it waits for.
    server = await Promise.race([askedEarly.promise, start(settings, logControl, readAgain, supervision)]);
    if (server === null) return await done(0, link);
    void tellWhenSettled(server, link);
    const status = await done(await server.stopped, link);
    // The runtime waits for native code before it ends a process, and aborts it then. Who asked for an end now, or
    // has waited for the whole drain, is not made to wait on: nothing is left that anybody could be told.
    if (!server.enginesAreGone) process.kill(process.pid, 'SIGKILL');
    return status;
  } finally {
    link?.close();
    stopLog();
  }
}

async function start(
  settings: Settings,
  logControl: LogControl,
  readAgain: () => Settings,
  supervision: Supervision,
): Promise<RunningServer> {
  try {
    return await launchServer(settings, logControl, readAgain, supervision);
  } catch (thrown) {
    throw operationFailed('furiosa server', messageOf(thrown));
  }
}

async function tellWhenSettled(server: RunningServer, link: SupervisorLink | null): Promise<void> {
  await server.modelsSettled;
  if (!server.isStopping) link?.settled(server.areAllReady);
}

async function done(status: number, link: SupervisorLink | null): Promise<number> {
  await link?.done(status);
  return status;
}

function formatOf({ log }: Settings): 'json' | 'pretty' {
  if (log.format !== 'auto') return log.format;
  return process.stderr.isTTY ? 'pretty' : 'json';
}
