import type { Answer } from '#protocol/exchange.js';
import { modelConfigOf } from '#protocol/model-config.js';
import type { Serving } from '#serving/serving.js';
import { type JsonSchema, objectSchema } from './definition.js';
import { DEVICES } from './device-schema.js';
import {
  encodeModelMetadata,
  encodeServerMetadata,
  MODEL_METADATA,
  SERVER_METADATA,
} from './encode-metadata.js';
import { MODEL_CONFIG } from './model-config-schema.js';
import { jsonContent, type RestRoute } from './operation.js';
import { get, json, modelRef, ofModel, ok } from './route.js';

const LIVE: JsonSchema = objectSchema({ live: { type: 'boolean' } });
const READY: JsonSchema = objectSchema({ ready: { type: 'boolean' } });
const MODEL_READY: JsonSchema = objectSchema({ name: { type: 'string' }, ready: { type: 'boolean' } });

/** Liveness, readiness, metadata and devices. */
export function informationRoutes(serving: Serving): readonly RestRoute[] {
  return [
    get(
      '/v2',
      {
        id: 'serverMetadata',
        tag: 'server',
        category: 'metadata',
        summary: 'What this server is',
        answers: {
          200: { description: 'Name, version and extensions.', content: jsonContent(SERVER_METADATA) },
        },
        errors: [],
      },
      () => ok(encodeServerMetadata(serving.info())),
    ),
    get(
      '/v2/health/live',
      {
        id: 'serverLive',
        tag: 'server',
        category: 'health',
        summary: 'Whether the server answers at all',
        answers: { 200: { description: 'It does.', content: jsonContent(LIVE) } },
        errors: [],
      },
      () => health('live', serving.isLive()),
    ),
    get(
      '/v2/health/ready',
      {
        id: 'serverReady',
        tag: 'server',
        category: 'health',
        summary: 'Whether every wanted model is ready',
        answers: {
          200: { description: 'It is.', content: jsonContent(READY) },
          503: { description: 'It is not.', content: jsonContent(READY) },
        },
        errors: [],
      },
      () => health('ready', serving.isReady()),
    ),
    ...ofModel(
      get,
      '',
      {
        id: 'modelMetadata',
        tag: 'models',
        category: 'metadata',
        summary: "A model's inputs and outputs",
        answers: { 200: { description: 'The metadata.', content: jsonContent(MODEL_METADATA) } },
        errors: ['NOT_FOUND', 'UNAVAILABLE'],
      },
      (exchange) => {
        const { metadata, versions } = serving.modelMetadata(modelRef(exchange));
        return ok(encodeModelMetadata(metadata, versions));
      },
    ),
    ...ofModel(
      get,
      '/ready',
      {
        id: 'modelReady',
        tag: 'models',
        category: 'health',
        summary: 'Whether a model is ready',
        answers: {
          200: { description: 'It is.', content: jsonContent(MODEL_READY) },
          503: { description: 'It is not.', content: jsonContent(MODEL_READY) },
        },
        errors: ['NOT_FOUND'],
      },
      (exchange) => {
        const ref = modelRef(exchange);
        const ready = serving.isModelReady(ref);
        return json(ready ? 200 : 503, { name: ref.name, ready });
      },
    ),
    ...ofModel(
      get,
      '/config',
      {
        id: 'modelConfig',
        tag: 'models',
        category: 'model-config',
        summary: 'How a model is served, as Triton writes it',
        answers: { 200: { description: 'The ModelConfig.', content: jsonContent(MODEL_CONFIG) } },
        errors: ['NOT_FOUND', 'UNAVAILABLE'],
      },
      (exchange) => {
        const { metadata, deployment, policy } = serving.modelDeployment(modelRef(exchange));
        return json(200, modelConfigOf(metadata, deployment, policy));
      },
    ),
    get(
      '/v2/devices',
      {
        id: 'devices',
        tag: 'server',
        category: 'metadata',
        summary: 'The devices and who holds them',
        answers: { 200: { description: 'The devices.', content: jsonContent(DEVICES) } },
        errors: [],
      },
      async () => json(200, { devices: await serving.devices() }),
    ),
  ];
}

function health(what: 'live' | 'ready', is: boolean): Answer {
  return json(is ? 200 : 503, { [what]: is });
}
