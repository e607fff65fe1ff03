import { ServingError } from '#core/errors.js';
import type { ModelRef } from '#inference/request.js';
import type { Answer, Exchange, ProtocolSkin, Route } from '#protocol/exchange.js';
import type { Serving } from '#serving/serving.js';
import { checkControlRequest, decodeIndexRequest, encodeIndex } from './control.js';
import { type DecodedInfer, decodeInferRequest } from './decode-infer.js';
import { ALL_BINARY } from './decode-output.js';
import { encodeModelMetadata, encodeServerMetadata } from './encode-metadata.js';
import { errorAnswer } from './error-answer.js';
import { inferAnswer } from './infer-answer.js';
import { INFERENCE_HEADER, splitBody } from './inference-header.js';
import { rawRequest } from './raw-request.js';

const JSON_HEADERS: Readonly<Record<string, string>> = { 'content-type': 'application/json' };

/** The REST form of the V2 protocol. */
export function restSkin(serving: Serving): ProtocolSkin {
  return { routes: restRoutes(serving), errorAnswer };
}

function restRoutes(serving: Serving): readonly Route[] {
  return [
    get('/v2', () => ok(encodeServerMetadata(serving.info()))),
    get('/v2/health/live', () => health('live', serving.isLive())),
    get('/v2/health/ready', () => health('ready', serving.isReady())),
    ...ofModel((path) => get(path, (exchange) => metadata(serving, modelRef(exchange)))),
    ...ofModel((path) => get(`${path}/ready`, (exchange) => modelReady(serving, modelRef(exchange)))),
    ...ofModel((path) => post(`${path}/infer`, (exchange) => infer(serving, exchange))),
    get('/v2/repository/index', () => ok(encodeIndex(serving.index(), false))),
    post('/v2/repository/index', ({ body }) =>
      ok(encodeIndex(serving.index(), decodeIndexRequest(body).readyOnly)),
    ),
    post('/v2/repository/models/:model/load', (exchange) => load(serving, exchange)),
    post('/v2/repository/models/:model/unload', (exchange) => unload(serving, exchange)),
    get('/v2/devices', async () => json(200, { devices: await serving.devices() })),
  ];
}

/** A route of a model, without and with a version. */
function ofModel(route: (path: string) => Route): readonly Route[] {
  return [route('/v2/models/:model'), route('/v2/models/:model/versions/:version')];
}

async function infer(serving: Serving, exchange: Exchange): Promise<Answer> {
  const { request, form } = decode(serving, exchange);
  return inferAnswer(await serving.infer(request, exchange.call), form);
}

function decode(serving: Serving, { params, header, body }: Exchange): DecodedInfer {
  const ref = refOf(params);
  const parts = splitBody(body, header(INFERENCE_HEADER));
  if (parts.blobs === null || parts.json.byteLength > 0) return decodeInferRequest(parts, ref);
  return { request: rawRequest(parts.blobs, serving.modelMetadata(ref).metadata), form: ALL_BINARY };
}

async function load(serving: Serving, { params, body }: Exchange): Promise<Answer> {
  checkControlRequest(body);
  await serving.load(refOf(params).name);
  return json(200, {});
}

function unload(serving: Serving, { params, body }: Exchange): Answer {
  checkControlRequest(body);
  serving.unload(refOf(params).name);
  return json(200, {});
}

function metadata(serving: Serving, ref: ModelRef): Answer {
  const { metadata: found, versions } = serving.modelMetadata(ref);
  return ok(encodeModelMetadata(found, versions));
}

function modelReady(serving: Serving, ref: ModelRef): Answer {
  const ready = serving.isModelReady(ref);
  return json(ready ? 200 : 503, { name: ref.name, ready });
}

function health(what: 'live' | 'ready', is: boolean): Answer {
  return json(is ? 200 : 503, { [what]: is });
}

function modelRef({ params }: Exchange): ModelRef {
  return refOf(params);
}

function refOf(params: Exchange['params']): ModelRef {
  const { model: name, version = null } = params;
  if (name === undefined) throw new ServingError('INTERNAL', 'a model route without a model. This is a bug.');
  return { name, version };
}

function json(status: number, value: object): Answer {
  return { status, headers: JSON_HEADERS, body: Buffer.from(JSON.stringify(value)) };
}

function ok(body: Uint8Array): Answer {
  return { status: 200, headers: JSON_HEADERS, body };
}

function get(path: string, handle: Route['handle']): Route {
  return { method: 'GET', path, takesBody: false, handle };
}

function post(path: string, handle: Route['handle']): Route {
  return { method: 'POST', path, takesBody: true, handle };
}
