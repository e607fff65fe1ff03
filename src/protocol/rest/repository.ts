import { checkControlParameters } from '#protocol/request-faults.js';
import type { Serving } from '#serving/serving.js';
import { described, flag, NOTHING, object, optional, parameters, readBody } from './definition.js';
import { encodeIndex, INDEX } from './encode-index.js';
import { encodeModels, MODELS } from './encode-models.js';
import { jsonContent, type RestRoute } from './operation.js';
import { get, json, modelRef, ok, post } from './route.js';

const indexRequest = object({ ready: optional(described(flag, 'Only the versions that are ready.')) });

const controlRequest = object({ parameters: optional(parameters) });

/** Index, load and unload. */
export function repositoryRoutes(serving: Serving): readonly RestRoute[] {
  const indexed = { 200: { description: 'Every version of every model.', content: jsonContent(INDEX) } };
  const done = { 200: { description: 'Done.', content: jsonContent(NOTHING) } };
  const controlBody = { isRequired: false, content: jsonContent(controlRequest.schema) };
  return [
    get(
      '/v2/repository/index',
      {
        id: 'repositoryIndexByGet',
        tag: 'repository',
        summary: 'The models and their states',
        answers: indexed,
        errors: [],
      },
      () => ok(encodeIndex(serving.index(), false)),
    ),
    post(
      '/v2/repository/index',
      {
        id: 'repositoryIndex',
        tag: 'repository',
        summary: 'The models and their states',
        body: { isRequired: false, content: jsonContent(indexRequest.schema) },
        answers: indexed,
        errors: ['INVALID_ARGUMENT'],
      },
      ({ body }) => ok(encodeIndex(serving.index(), readBody(indexRequest, body).ready ?? false)),
    ),
    get(
      '/v2/repository/models',
      {
        id: 'repositoryModels',
        tag: 'repository',
        summary: 'The models with all that is known of them',
        answers: { 200: { description: 'Every model.', content: jsonContent(MODELS) } },
        errors: [],
      },
      () => ok(encodeModels(serving.models())),
    ),
    post(
      '/v2/repository/models/:model/load',
      {
        id: 'repositoryModelLoad',
        tag: 'repository',
        summary: 'Loads a model, and answers when it is ready',
        body: controlBody,
        answers: done,
        errors: ['INVALID_ARGUMENT', 'NOT_FOUND', 'UNIMPLEMENTED', 'UNAVAILABLE'],
      },
      async (exchange) => {
        checkControlParameters(Object.keys(readBody(controlRequest, exchange.body).parameters ?? {}));
        await serving.load(modelRef(exchange).name);
        return json(200, {});
      },
    ),
    post(
      '/v2/repository/models/:model/unload',
      {
        id: 'repositoryModelUnload',
        tag: 'repository',
        summary: 'Unloads a model, without waiting for it',
        body: controlBody,
        answers: done,
        errors: ['INVALID_ARGUMENT', 'NOT_FOUND', 'UNIMPLEMENTED'],
      },
      (exchange) => {
        checkControlParameters(Object.keys(readBody(controlRequest, exchange.body).parameters ?? {}));
        serving.unload(modelRef(exchange).name);
        return json(200, {});
      },
    ),
  ];
}
