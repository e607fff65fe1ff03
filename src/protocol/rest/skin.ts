import type { ProtocolSkin } from '#protocol/exchange.js';
import type { Serving } from '#serving/serving.js';
import { errorAnswer } from './error-answer.js';
import { inferRoutes } from './infer.js';
import { informationRoutes } from './information.js';
import { openApiRoute } from './openapi-route.js';
import type { RestRoute } from './operation.js';
import { repositoryRoutes } from './repository.js';
import { statisticsRoutes } from './statistics.js';

/** The REST form of the V2 protocol. */
export function restSkin(serving: Serving): ProtocolSkin {
  return { routes: restRoutes(serving), errorAnswer };
}

/** Every route, with what is said of it. */
export function restRoutes(serving: Serving): readonly RestRoute[] {
  const routes = [
    ...informationRoutes(serving),
    ...inferRoutes(serving),
    ...statisticsRoutes(serving),
    ...repositoryRoutes(serving),
  ];
  return [...routes, openApiRoute(routes, () => serving.info())];
}
