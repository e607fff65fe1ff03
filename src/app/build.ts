import type { Settings } from '#config/settings.js';
import type { Clock } from '#core/clock.js';
import { openInventory } from '#device/inventory.js';
import { place } from '#device/placement.js';
import { reportRecord } from '#device/report.js';
import { ModelManager } from '#lifecycle/manager.js';
import type { OfferedVersion } from '#lifecycle/offer.js';
import { openVersion } from '#lifecycle/open-version.js';
import type { Opener } from '#lifecycle/version.js';
import { grpcSkin } from '#protocol/grpc/skin.js';
import { restSkin } from '#protocol/rest/skin.js';
import { GrpcListener } from '#server/grpc-listener.js';
import { Listener } from '#server/listener.js';
import { Gate } from '#serving/gate.js';
import { createServing } from '#serving/serving.js';
import { docsRoutes } from '#web/docs.js';

/** The extensions of the V2 protocol that this server serves. */
const EXTENSIONS: readonly string[] = [
  'binary_tensor_data',
  'model_configuration',
  'model_repository',
  'schedule_policy',
  'statistics',
];

/** Everything a server is made of, connected and not yet started. */
export interface Parts {
  readonly models: ModelManager;
  readonly gate: Gate;
  readonly listener: Listener;
  /** Null where gRPC is off. */
  readonly grpcListener: GrpcListener | null;
}

export async function build(settings: Settings, clock: Clock): Promise<Parts> {
  const inventory = await openInventory(settings.devices);
  const numbers = new Map(settings.models.map((offer, i) => [offer, i + 1]));
  const open: Opener = async (offer, onLost) => {
    const label = `Model#${String(numbers.get(offer) ?? 0).padStart(4, '0')}`;
    const placement = await place(placementOf(offer, label), inventory, clock);
    return openVersion(offer, placement, { maxQueueSize: settings.maxQueueSize }, clock, onLost);
  };
  const models = new ModelManager(settings.models, open);
  const gate = new Gate();
  const serving = createServing(models, gate, {
    info: {
      name: settings.server.name,
      version: settings.server.version,
      extensions: [...new Set([...EXTENSIONS, ...settings.server.extensions])],
    },
    strictReadiness: settings.strictReadiness,
    clock,
    devices: async () => {
      await inventory.refresh();
      return inventory.list().map(reportRecord);
    },
  });
  const rest = restSkin(serving);
  const pages = { ...rest, routes: [...rest.routes, ...docsRoutes()] };
  const listener = new Listener(pages, settings.rest, clock);
  const grpcListener =
    settings.grpc === null ? null : new GrpcListener(grpcSkin(serving, clock), settings.grpc, clock);
  return { models, gate, listener, grpcListener };
}

function placementOf(offer: OfferedVersion, label: string): Parameters<typeof place>[0] {
  const { path, device, workers, batchSize, allowFallback, compiler, engine } = offer;
  const holder = `${offer.name}/${offer.version}`;
  return { holder, label, path, device, workers, batchSize, allowFallback, compiler, engine };
}
