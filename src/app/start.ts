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
import { type Supervision, UNSUPERVISED } from './supervision.js';

const log = loggerOf('app::start');

/** A server that has been started. */
export interface RunningServer {
  /** The REST port, as the system gave it; 0 as long as it is not open (`listenWhenReady`). */
  readonly restPort: number;
  /** The gRPC port, as the system gave it; null where gRPC is off. */
  readonly grpcPort: number | null;
  /** The port of the metrics, as the system gave it; null where they have none of their own. */
  readonly metricsPort: number | null;
  /** Inference requests that are inside: waiting, running or being answered. */
  readonly requestsInside: number;
  /** Whether no engine is at work or loaded: only then can the process end without waiting for native code. */
  readonly enginesAreGone: boolean;
  /** Whether every model version that is wanted is ready. */
  readonly areAllReady: boolean;
  /** Settles when every wanted model is ready or has failed. */
  readonly modelsSettled: Promise<void>;
  /** Settles with the exit status once the server has stopped. */
  readonly stopped: Promise<number>;
  /** Reads the configuration again and applies it, or says in the log why not. Never rejects. */
  reload(): Promise<void>;
  /** Drains and stops; the second call stops at once. */
  stop(): void;
  /** Stops in favour of another server that listens on the same sockets, or will: this one answers whom it has. */
  giveWay(): void;
  /** Whether it has been asked to stop, or has decided so. */
  readonly isStopping: boolean;
}

/**
 * Starts a server: ports first, unless the settings have it the other way round, so that probes are answered while
 * models load. Rejects when a port cannot be had or
 * the devices cannot be read; nothing is left behind then.
 *
 * @param readAgain reads the settings anew for a reload; null where that is not possible
 * @param supervision what a supervisor has for the server, where there is one
 * @param logControl the settings of whatever writes the log; a server that is embedded may have nothing that does
 */
export async function startServer(
  settings: Settings,
  logControl: LogControl = new LogControl(settings.log.level, settings.log.requests),
  readAgain: ReadAgain = null,
  supervision: Supervision = UNSUPERVISED,
): Promise<RunningServer> {
  for (const warning of settings.warnings) log.warn(warning);
  const doors = openDoors(settings);
  if (doors !== null) log.warn(doors);
  const parts = await build(settings, systemClock, logControl, readAgain, supervision);
  const { listenWhenReady } = settings;
  let ports = listenWhenReady ? NO_PORTS : await openPorts(parts, settings);
  parts.credentials?.start();
  const stopCounting = parts.metrics?.listen();
  const stopper = new Stopper(parts, settings, systemClock);
  void stopper.stopped.then(() => {
    stopCounting?.();
    parts.credentials?.stop();
  });
  const loadModelsFirst = async (): Promise<void> => {
    await loadModels(parts, settings, stopper);
    if (stopper.isStopping) return;
    try {
      ports = await openPorts(parts, settings);
    } catch (thrown) {
      log.error(messageOf(thrown));
      stopper.stop(1);
    }
  };
  const modelsSettled = listenWhenReady ? loadModelsFirst() : loadModels(parts, settings, stopper);
  return {
    get restPort() {
      return ports.restPort;
    },
    get grpcPort() {
      return ports.grpcPort;
    },
    get metricsPort() {
      return ports.metricsPort;
    },
    get requestsInside() {
      return parts.gate.inside;
    },
    get enginesAreGone() {
      return parts.models.index().every((entry) => entry.state === 'UNAVAILABLE');
    },
    get areAllReady() {
      return parts.models.index().every(({ wanted, state }) => !wanted || state === 'READY');
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
    giveWay: () => stopper.giveWay(),
    get isStopping() {
      return stopper.isStopping;
    },
  };
}

type Ports = Pick<RunningServer, 'restPort' | 'grpcPort' | 'metricsPort'>;

const NO_PORTS: Ports = { restPort: 0, grpcPort: null, metricsPort: null };

function tellPorts(settings: Settings, { restPort, grpcPort, metricsPort }: Ports): void {
  const name = `${settings.server.name} ${settings.server.version}`;
  const { host } = settings.rest;
  const scheme = settings.tls?.covers === 'all' ? 'https' : 'http';
  log.info(`${name} listens on ${scheme}://${host}:${restPort}`, { host, port: restPort });
  if (settings.hasDashboard) log.info(`the dashboard is at ${dashboardUrl(scheme, host, restPort)}`);
  if (settings.grpc !== null && grpcPort !== null) {
    const how = settings.tls === null ? '' : ' with TLS';
    log.info(`gRPC listens on ${settings.grpc.host}:${grpcPort}${how}`, {
      host: settings.grpc.host,
      port: grpcPort,
    });
  }
  if (metricsPort !== null)
    log.info(`the metrics are at ${scheme}://${host}:${metricsPort}/metrics`, { host, port: metricsPort });
}

/** As a browser of this host reaches it. */
function dashboardUrl(scheme: string, host: string, port: number): string {
  if (host === '0.0.0.0' || host === '::') return `${scheme}://127.0.0.1:${port}/`;
  return `${scheme}://${host.includes(':') ? `[${host}]` : host}:${port}/`;
}

/** Leaves nothing open when one of them cannot be had. */
async function openPorts(parts: Parts, settings: Settings): Promise<Ports> {
  const { listener, grpcListener, metricsListener, cache } = parts;
  const opened: Pick<Listener, 'close'>[] = [];
  const open = async (each: Pick<Listener, 'open' | 'close'>): Promise<number> => {
    const port = await each.open();
    opened.push(each);
    return port;
  };
  try {
    const ports = {
      restPort: await open(listener),
      grpcPort: grpcListener === null ? null : await open(grpcListener),
      metricsPort: metricsListener === null ? null : await open(metricsListener),
    };
    tellPorts(settings, ports);
    return ports;
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
