import type { ProtocolSkin } from '#protocol/exchange.js';
import type { Serving } from '#serving/serving.js';
import { errorAnswer } from './error-answer.js';
import { generateRoutes } from './generate.js';
import { inferRoutes } from './infer.js';
import { informationRoutes } from './information.js';
import { liveRoutes } from './live.js';
import { loggingRoutes } from './logging.js';
import { metricsRoutes } from './metrics.js';
import { openApiRoute } from './openapi-route.js';
import type { RestRoute } from './operation.js';
import { repositoryRoutes } from './repository.js';
import { sharedMemoryRoutes } from './shared-memory.js';
import { statisticsRoutes } from './statistics.js';
import { traceRoutes } from './trace.js';

/** What the document of the API says of it beside its routes. */
export interface ToldOfApi {
  readonly needsCredentials?: boolean;
}

/** The REST form of the V2 protocol. */
export function restSkin(serving: Serving, told: ToldOfApi = {}): ProtocolSkin {
  return { routes: restRoutes(serving, told), errorAnswer };
}

/** The metrics alone, for a port of their own. */
export function metricsSkin(serving: Pick<Serving, 'metrics'>): ProtocolSkin {
  return { routes: metricsRoutes(serving), errorAnswer };
}

/** Every route, with what is said of it. */
export function restRoutes(
  serving: Serving,
  { needsCredentials = false }: ToldOfApi = {},
): readonly RestRoute[] {
  const routes = [
    ...informationRoutes(serving),
    ...liveRoutes(serving),
    ...inferRoutes(serving),
    ...generateRoutes(serving),
    ...statisticsRoutes(serving),
    ...metricsRoutes(serving),
    ...repositoryRoutes(serving),
    ...loggingRoutes(serving),
    ...traceRoutes(serving),
    ...sharedMemoryRoutes(serving),
  ];
  return [...routes, openApiRoute(routes, () => ({ ...serving.info(), needsCredentials }))];
}
