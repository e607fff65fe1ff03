import type { Settings } from '#config/settings.js';
import { systemClock } from '#core/clock.js';
import { messageOf } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import { LogControl } from '#core/log-settings.js';
import type { Listener } from '#server/listener.js';
import { build, type Parts } from './build.js';
import { openDoors } from './open-doors.js';
import type { ReadAgain } from './reread.js';
import { Stopper } from './stop.js';

const log = loggerOf('app::start');

/** A server that has been started. */
export interface RunningServer {
  /** The REST port, as the system gave it. */
  readonly restPort: number;
  /** The gRPC port, as the system gave it; null where gRPC is off. */
  readonly grpcPort: number | null;
  /** The port of the metrics, as the system gave it; null where they have none of their own. */
  readonly metricsPort: number | null;
  /** Inference requests that are inside: waiting, running or being answered. */
  readonly requestsInside: number;
  /** Whether no engine is at work or loaded: only then can the process end without waiting for native code. */
  readonly enginesAreGone: boolean;
  /** Settles when every wanted model is ready or has failed. */
  readonly modelsSettled: Promise<void>;
  /** Settles with the exit status once the server has stopped. */
  readonly stopped: Promise<number>;
  /** Reads the configuration again and applies it, or says in the log why not. Never rejects. */
  reload(): Promise<void>;
  /** Drains and stops; the second call stops at once. */
  stop(): void;
}

/**
 * Starts a server: ports first, so that probes are answered while models load. Rejects when a port cannot be had or
 * the devices cannot be read; nothing is left behind then.
 *
 * @param readAgain reads the settings anew for a reload; null where that is not possible
 * @param logControl the settings of whatever writes the log; a server that is embedded may have nothing that does
 */
export async function startServer(
  settings: Settings,
  logControl: LogControl = new LogControl(settings.log.level, settings.log.requests),
  readAgain: ReadAgain = null,
): Promise<RunningServer> {
  for (const warning of settings.warnings) log.warn(warning);
  const doors = openDoors(settings);
  if (doors !== null) log.warn(doors);
  const parts = await build(settings, systemClock, logControl, readAgain);
  const { restPort, grpcPort, metricsPort } = await openPorts(parts);
  const stopCounting = parts.metrics?.listen();
  const name = `${settings.server.name} ${settings.server.version}`;
  const { host } = settings.rest;
  log.info(`${name} listens on http://${host}:${restPort}`, { host, port: restPort });
  if (settings.hasDashboard) log.info(`the dashboard is at ${dashboardUrl(host, restPort)}`);
  if (settings.grpc !== null && grpcPort !== null) {
    log.info(`gRPC listens on ${settings.grpc.host}:${grpcPort}`, {
      host: settings.grpc.host,
      port: grpcPort,
    });
  }
  if (metricsPort !== null)
    log.info(`the metrics are at http://${host}:${metricsPort}/metrics`, { host, port: metricsPort });
  const stopper = new Stopper(parts, settings, systemClock);
  void stopper.stopped.then(() => stopCounting?.());
  const modelsSettled = loadModels(parts, settings, stopper);
  return {
    restPort,
    grpcPort,
    metricsPort,
    get requestsInside() {
      return parts.gate.inside;
    },
    get enginesAreGone() {
      return parts.models.index().every((entry) => entry.state === 'UNAVAILABLE');
    },
    modelsSettled,
    stopped: stopper.stopped,
    async reload() {
      try {
        await parts.control.reload();
      } catch (thrown) {
        log.error(`the reload failed: ${messageOf(thrown)}`);
      }
    },
    stop: () => stopper.stop(0),
  };
}

/** As a browser of this host reaches it. */
function dashboardUrl(host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `http://127.0.0.1:${port}/`;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}

/** Leaves nothing open when one of them cannot be had. */
async function openPorts({
  listener,
  grpcListener,
  metricsListener,
  cache,
}: Parts): Promise<Pick<RunningServer, 'restPort' | 'grpcPort' | 'metricsPort'>> {
  const opened: Pick<Listener, 'close'>[] = [];
  const open = async (each: Pick<Listener, 'open' | 'close'>): Promise<number> => {
    const port = await each.open();
    opened.push(each);
    return port;
  };
  try {
    return {
      restPort: await open(listener),
      grpcPort: grpcListener === null ? null : await open(grpcListener),
      metricsPort: metricsListener === null ? null : await open(metricsListener),
    };
  } catch (thrown) {
    await Promise.all(opened.map((each) => each.close(0)));
    await cache?.close();
    throw thrown;
  }
}

async function loadModels(parts: Parts, settings: Settings, stopper: Stopper): Promise<void> {
  if (settings.control.startWith?.length === 0)
    log.info('models are not loaded at the start (initial_model_autoload is false)');
  try {
    await parts.control.start();
  } catch (thrown) {
    log.error(`loading the models failed: ${messageOf(thrown)}`);
  }
  if (stopper.isStopping) return;
  const index = parts.models.index().filter(({ wanted }) => wanted);
  if (index.length === 0) return;
  const failed = index.filter((entry) => entry.state !== 'READY');
  if (failed.length === 0) {
    log.info(
      `${index.length === 1 ? 'the model is' : `all ${index.length} model versions are`} ready (Press CTRL+C to quit)`,
    );
    return;
  }
  const rest = failed.length < index.length ? '; the others serve' : '';
  log.warn(`${failed.length} of ${index.length} model versions could not be loaded${rest}`);
  if (settings.exitOnError) stopper.stop(1);
}
