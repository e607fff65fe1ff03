import { Buffer } from 'node:buffer';
import type { Call } from '#core/call.js';
import { invalid } from '#core/errors.js';
import { type ControlValue, readLoadRequest, readUnloadRequest } from '#protocol/control-parameters.js';
import { wrongValue } from '#protocol/request-faults.js';
import type { IndexEntry, Serving } from '#serving/serving.js';
import { Base64Problem, copyBase64 } from './base64.js';
import { described, flag, NOTHING, object, optional, parameters, readBody } from './definition.js';
import { encodeIndex, INDEX } from './encode-index.js';
import { encodeModels, MODELS } from './encode-models.js';
import { encodePlan, PLAN, PLAN_APPLIED } from './encode-plan.js';
import { encodeSources, SOURCES } from './encode-sources.js';
import { jsonContent, type RestRoute } from './operation.js';
import { get, json, modelRef, ok, post } from './route.js';

const indexRequest = object({ ready: optional(described(flag, 'Only the versions that are ready.')) });

const controlRequest = object({ parameters: optional(parameters) });

/** Index, load and unload. */
export function repositoryRoutes(serving: Serving): readonly RestRoute[] {
  const indexFor = ({ access }: Call): readonly IndexEntry[] =>
    serving.index().filter(({ name }) => access?.sees(name) ?? true);
  const indexed = { 200: { description: 'Every version of every model.', content: jsonContent(INDEX) } };
  const done = { 200: { description: 'Done.', content: jsonContent(NOTHING) } };
  const controlBody = { isRequired: false, content: jsonContent(controlRequest.schema) };
  return [
    get(
      '/v2/repository/index',
      {
        id: 'repositoryIndexByGet',
        tag: 'repository',
        category: 'model-repository',
        summary: 'The models and their states',
        answers: indexed,
        errors: [],
      },
      ({ call }) => ok(encodeIndex(indexFor(call), false)),
    ),
    post(
      '/v2/repository/index',
      {
        id: 'repositoryIndex',
        tag: 'repository',
        category: 'model-repository',
        summary: 'The models and their states',
        body: { isRequired: false, content: jsonContent(indexRequest.schema) },
        answers: indexed,
        errors: ['INVALID_ARGUMENT'],
      },
      ({ body, call }) => ok(encodeIndex(indexFor(call), readBody(indexRequest, body).ready ?? false)),
    ),
    get(
      '/v2/repository/models',
      {
        id: 'repositoryModels',
        tag: 'repository',
        category: 'model-repository',
        summary: 'The models with all that is known of them',
        answers: { 200: { description: 'Every model.', content: jsonContent(MODELS) } },
        errors: [],
      },
      ({ call: { access } }) =>
        ok(encodeModels(serving.models().filter(({ name }) => access?.sees(name) ?? true))),
    ),
    get(
      '/v2/repository/sources',
      {
        id: 'repositorySources',
        tag: 'repository',
        category: 'model-repository',
        summary: 'The places of models, and whether they can be looked at',
        answers: { 200: { description: 'Every place.', content: jsonContent(SOURCES) } },
        errors: [],
      },
      ({ call }) => {
        // A source names folders and addresses of all models.
        call.access?.checkModel(null);
        return json(200, encodeSources(serving.sources()));
      },
    ),
    post(
      '/v2/repository/models/:model/load',
      {
        id: 'repositoryModelLoad',
        tag: 'repository',
        category: 'model-repository',
        summary: 'Loads a model, and answers when it is ready',
        body: controlBody,
        answers: done,
        errors: ['INVALID_ARGUMENT', 'NOT_FOUND', 'UNIMPLEMENTED', 'UNAVAILABLE'],
      },
      async (exchange) => {
        const parameters = readBody(controlRequest, exchange.body).parameters ?? {};
        await serving.load(modelRef(exchange).name, readLoadRequest(Object.entries(parameters), fromBase64));
        return json(200, {});
      },
    ),
    post(
      '/v2/repository/models/:model/unload',
      {
        id: 'repositoryModelUnload',
        tag: 'repository',
        category: 'model-repository',
        summary: 'Unloads a model, without waiting for it',
        body: controlBody,
        answers: done,
        errors: ['INVALID_ARGUMENT', 'NOT_FOUND', 'UNIMPLEMENTED'],
      },
      (exchange) => {
        const parameters = readBody(controlRequest, exchange.body).parameters ?? {};
        serving.unload(modelRef(exchange).name, readUnloadRequest(Object.entries(parameters)));
        return json(200, {});
      },
    ),
    get(
      '/v2/repository/plan',
      {
        id: 'repositoryPlan',
        tag: 'repository',
        category: 'configuration',
        summary: 'What a reload of the configuration would do',
        answers: { 200: { description: 'The plan.', content: jsonContent(PLAN) } },
        errors: [],
      },
      async ({ call }) => {
        call.access?.checkModel(null);
        return json(200, encodePlan(await serving.plan()));
      },
    ),
    post(
      '/v2/repository/reload',
      {
        id: 'repositoryReload',
        tag: 'repository',
        category: 'configuration',
        summary: 'Reads the configuration again and does what it says, all of it or nothing',
        answers: { 200: { description: 'What was done.', content: jsonContent(PLAN_APPLIED) } },
        errors: ['INVALID_ARGUMENT', 'UNAVAILABLE'],
      },
      async ({ call }) => {
        call.access?.checkModel(null);
        return json(200, { ...encodePlan(await serving.reload()), applied: true });
      },
    ),
  ];
}

/** The contents of a file, as Triton's clients write them in JSON. */
function fromBase64(place: string, value: ControlValue): Uint8Array {
  if (typeof value !== 'string') throw wrongValue(place, 'a string in base64', value);
  const text = Buffer.from(value, 'latin1');
  try {
    const bytes = new Uint8Array(copyBase64(text, null, 0));
    copyBase64(text, bytes, 0);
    return bytes;
  } catch (thrown) {
    if (thrown instanceof Base64Problem) throw invalid(`'${place}' is not base64: ${thrown.message}`);
    throw thrown;
  }
}
