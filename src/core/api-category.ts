/**
 * The parts of the API that may be allowed or refused. The list is closed: every route and every remote procedure belongs
 * to one of them. The first nine are Triton's, by its names (`--http-restricted-api`).
 */
export const API_CATEGORIES = [
  /** Liveness and readiness, of the server and of models. */
  'health',
  /** What the server, its models and its devices are; reflection. */
  'metadata',
  'inference',
  /** The regions of shared memory. */
  'shared-memory',
  /** How a model is served. */
  'model-config',
  /** The index, and loading and unloading. */
  'model-repository',
  'statistics',
  /** What is traced. */
  'trace',
  /** What is logged. */
  'logging',
  'metrics',
  /** What the dashboard and the API's page show of this server: the live stream and the OpenAPI document. */
  'dashboard',
  /** The files of these two pages themselves, which are the same for every server. */
  'pages',
  /** What a reload of the configuration would do, and the reload. */
  'configuration',
] as const;

export type ApiCategory = (typeof API_CATEGORIES)[number];
