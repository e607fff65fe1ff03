import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import type { AccessControl } from '#access/access-control.js';
import { bothGuards } from '#access/both-guards.js';
import { type Restriction, restrictionGuard } from '#access/restriction.js';
import { openCache } from '#cache/open-cache.js';
import type { ResponseStore } from '#cache/store.js';
import type { Settings } from '#config/settings.js';
import { ModelControl } from '#control/model-control.js';
import type { Overrides } from '#control/overrides.js';
import type { Guard } from '#core/access.js';
import type { Clock } from '#core/clock.js';
import type { LogControl } from '#core/log-settings.js';
import { EngineHosts } from '#device/engine-hosts.js';
import { openInventory } from '#device/inventory.js';
import { place } from '#device/placement.js';
import { reportRecord } from '#device/report.js';
import { ModelManager } from '#lifecycle/manager.js';
import type { ConfiguredVersion } from '#lifecycle/offer.js';
import { openEnsemble } from '#lifecycle/open-ensemble.js';
import { openVersion } from '#lifecycle/open-version.js';
import type { Opener } from '#lifecycle/version.js';
import { grpcSkin } from '#protocol/grpc/skin.js';
import { metricsSkin, restSkin } from '#protocol/rest/skin.js';
import { FileStates } from '#repository/file-states.js';
import { FolderSource } from '#repository/folder-source.js';
import { ListSource } from '#repository/list-source.js';
import { ModelOverrides } from '#repository/model-overrides.js';
import { RemoteSource } from '#repository/remote-source.js';
import { locateFile } from '#repository/url-file.js';
import { CoreShares } from '#scheduler/core-shares.js';
import { GrpcListener } from '#server/grpc-listener.js';
import { ServerLimits } from '#server/limits/server-limits.js';
import { Listener } from '#server/listener.js';
import { Gate } from '#serving/gate.js';
import type { ProcessFacts } from '#serving/live-feed.js';
import { createServing, type Serving } from '#serving/serving.js';
import { Tracing } from '#serving/tracing.js';
import { SHARED_MEMORY_ROOT, SharedMemoryRegions } from '#shared-memory/regions.js';
import { isStoreUrl } from '#store/store-url.js';
import { openStores, type Stores } from '#store/stores.js';
import { Metrics } from '#telemetry/metrics/metrics.js';
import { Credentials } from '#tls/credentials.js';
import { dashboardRoutes } from '#web/dashboard.js';
import { docsRoutes } from '#web/docs.js';
import { limitOptions, openFilesLimit } from './limit-options.js';
import { metricSources, whereMetricsAre } from './metric-sources.js';
import { openTraces, type Traces } from './open-traces.js';
import { type ReadAgain, rereader } from './reread.js';
import { type Supervision, UNSUPERVISED } from './supervision.js';
import { beginCache } from './version-cache.js';

/** The extensions of the V2 protocol that this server serves. */
const EXTENSIONS: readonly string[] = [
  'binary_tensor_data',
  'classification',
  'logging',
  'model_configuration',
  'model_repository',
  'parameters',
  'schedule_policy',
  'sequence',
  'statistics',
  'trace',
];

/** Everything a server is made of, connected and not yet started. */
export interface Parts {
  readonly models: ModelManager;
  readonly control: ModelControl;
  readonly stores: Stores;
  /** What clients bring with a load. */
  readonly overrides: Overrides;
  readonly gate: Gate;
  /** Null where no port speaks TLS. */
  readonly credentials: Credentials | null;
  readonly listener: Listener;
  /** Null where gRPC is off. */
  readonly grpcListener: GrpcListener | null;
  /** Null where the metrics have no port of their own. */
  readonly metricsListener: Listener | null;
  /** Null where they are off. */
  readonly metrics: Metrics | null;
  readonly traces: Traces;
  /** Null where whoever reaches the server may do everything. */
  readonly access: AccessControl | null;
  /** Null where clients may not use it. */
  readonly sharedMemory: SharedMemoryRegions | null;
  /** Null where no answers are kept. */
  readonly cache: ResponseStore | null;
}

/** @param readAgain reads the settings anew; throws as it did at first */
export async function build(
  settings: Settings,
  clock: Clock,
  logControl: LogControl,
  readAgain: ReadAgain,
  { sockets, restarts }: Supervision = UNSUPERVISED,
): Promise<Parts> {
  const credentials = settings.tls === null ? null : new Credentials(settings.tls, clock);
  const inventory = await openInventory(settings.devices);
  const traces = await openTraces(settings, clock);
  const cache = settings.cache === null ? null : await openCache(settings.cache, clock);
  let loads = 0;
  const grounds = { inventory, hosts: new EngineHosts(), sharing: settings.weightSharing };
  const cores = new CoreShares(inventory.cpu.cpus);
  const open: Opener = async (offer, stepModels, onLost) => {
    if (offer.ensemble !== null) return openEnsemble(offer, offer.ensemble, stepModels, clock);
    const label = `Model#${String(++loads).padStart(4, '0')}`;
    const finishCache = await beginCache(offer, cache);
    const placement = await place(placementOf(offer, label), grounds, clock);
    const host = {
      clock,
      maxQueueSize: settings.maxQueueSize,
      cores,
      cache: await finishCache(placement.model.facts),
      readFile,
    };
    return openVersion(offer, placement, host, onLost);
  };
  const accessControl = await accessControlOf(settings, clock);
  const stores = openStores(settings.store);
  const files = new FileStates();
  const locate = locateFile(stores, (path) => files.of(path));
  const list = new ListSource(settings.models, locate);
  // What is elsewhere is fetched once the ports are open.
  const isHere = settings.models.every(({ path }) => !isStoreUrl(path));
  const models = new ModelManager(isHere ? await list.all() : [], open, settings.loading, clock);
  const repositories = settings.repositories.map((root) => repositoryAt(root, settings, stores, clock));
  const overrides = new ModelOverrides({
    folders: repositories,
    defaults: settings.modelDefaults,
    allowsFiles: settings.allowModelUpload,
    spoolFolder: tmpdir(),
    clock,
  });
  const control = new ModelControl({
    models,
    sources: [list, ...repositories],
    options: settings.control,
    clock,
    overrides,
    reread: rereader(
      settings,
      { list, locate, access: accessControl, onAccept: () => credentials?.reload() },
      readAgain,
    ),
  });
  const limits = new ServerLimits(
    limitOptions(settings.limits, { memoryBytes: inventory.memory.bytes, openFiles: openFilesLimit() }),
    clock,
  );
  const gate = new Gate();
  const sharedMemory = settings.allowClientShm
    ? new SharedMemoryRegions({ root: SHARED_MEMORY_ROOT, maxRequestBytes: settings.rest.maxBodyBytes })
    : null;
  const metrics: Metrics | null = settings.metrics.isOn
    ? new Metrics(
        metricSources(
          {
            models,
            control,
            gate,
            limits,
            inventory,
            credentials,
            isReady: () => serving.isReady(),
            restarts,
          },
          settings,
        ),
        { clock, nodeVersion: process.version, intervalMs: settings.metrics.intervalMs },
      )
    : null;
  const serving: Serving = createServing(models, control, gate, clock, {
    info: {
      name: settings.server.name,
      version: settings.server.version,
      extensions: [...new Set([...extensionsOf(settings), ...settings.server.extensions])],
    },
    strictReadiness: settings.strictReadiness,
    process: processFacts,
    logControl,
    tracing: new Tracing(settings.trace, traces, clock),
    sharedMemory,
    metrics: whereMetricsAre(metrics, settings.metrics.port),
    devices: async () => {
      await inventory.refresh();
      return inventory.list().map(reportRecord);
    },
  });
  const { policy } = settings.access;
  const guard = accessControl?.guard ?? null;
  const rest = restSkin(serving, { needsCredentials: policy !== null });
  const dashboard = settings.hasDashboard ? dashboardRoutes() : [];
  const pages = { ...rest, routes: [...rest.routes, ...docsRoutes(), ...dashboard] };
  const restTls = settings.tls?.covers === 'all' ? credentials : null;
  const restOptions = { ...settings.rest, tls: restTls, sockets };
  const restGuard = bothGuards(restrictionOf(settings.access.http, 'http'), guard);
  const grpcGuard = bothGuards(restrictionOf(settings.access.grpc, 'grpc'), guard);
  const listener = new Listener(pages, restOptions, clock, limits, restGuard);
  const grpcOptions = settings.grpc && { ...settings.grpc, tls: credentials, sockets };
  const grpcListener =
    grpcOptions && new GrpcListener(grpcSkin(serving), grpcOptions, clock, limits, grpcGuard);
  const metricsListener =
    metrics === null || settings.metrics.port === null
      ? null
      : new Listener(
          metricsSkin({ metrics: (accept) => metrics.read(accept) }),
          { ...restOptions, port: settings.metrics.port, portOption: '--metrics-port' },
          clock,
          limits,
          restGuard,
        );
  return {
    models,
    control,
    stores,
    overrides,
    gate,
    credentials,
    listener,
    grpcListener,
    metricsListener,
    metrics,
    access: accessControl,
    sharedMemory,
    traces,
    cache,
  };
}

/** Loaded only where there are rules: it brings the whole of JSON Web Tokens. */
async function accessControlOf({ access }: Settings, clock: Clock): Promise<AccessControl | null> {
  if (access.policy === null) return null;
  const { AccessControl } = await import('#access/access-control.js');
  return new AccessControl(access.policy, clock);
}

function restrictionOf(restrictions: readonly Restriction[], transport: 'http' | 'grpc'): Guard | null {
  return restrictions.length === 0 ? null : restrictionGuard(restrictions, transport);
}

function processFacts(): ProcessFacts {
  const { user, system } = process.cpuUsage();
  return {
    uptimeMs: process.uptime() * 1000,
    cpuMs: (user + system) / 1000,
    mainBusyMs: performance.eventLoopUtilization().active,
    residentBytes: process.memoryUsage.rss(),
  };
}

function repositoryAt(
  root: string,
  { control, modelDefaults: defaults }: Settings,
  stores: Stores,
  clock: Clock,
): FolderSource | RemoteSource {
  if (isStoreUrl(root)) return new RemoteSource({ url: root, stores, defaults, clock });
  return new FolderSource({ root, ...control, defaults, clock });
}

function extensionsOf({ allowClientShm }: Settings): readonly string[] {
  return allowClientShm ? [...EXTENSIONS, 'system_shared_memory'] : EXTENSIONS;
}

function placementOf(offer: ConfiguredVersion, label: string): Parameters<typeof place>[0] {
  const { path, device, workers, batchSize, allowFallback, compiler, engine, isolation, warmup } = offer;
  const holder = `${offer.name}/${offer.version}`;
  const model = { path, batchSize, allowFallback, compiler, engine };
  return { holder, label, device, workers, ...model, isolation, warmup };
}
