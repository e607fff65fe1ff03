/** Every route and every remote procedure, asked by nobody, by a stranger, by somebody who may not and by somebody who may. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { API_CATEGORIES, type ApiCategory } from '#core/api-category.js';
import type { Method } from '#protocol/exchange.js';
import { grpcSkin } from '#protocol/grpc/skin.js';
import { restSkin } from '#protocol/rest/skin.js';
import type { Serving } from '#serving/serving.js';
import { dashboardRoutes } from '#web/dashboard.js';
import { docsRoutes } from '#web/docs.js';
import { accessOf, allBut, bearer, may, policyOf } from '../support/access.js';
import { openStage, type Stage } from '../support/access-stage.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { callRaw } from '../support/raw-grpc.js';
import { atEnd } from '../support/serve.js';
import { GRPC, offerOf, settingsOf } from '../support/server.js';

/** What each belongs to. A new one without a row here fails. */
const REST: Readonly<Record<string, ApiCategory>> = {
  'GET /v2': 'metadata',
  'GET /v2/devices': 'metadata',
  'GET /v2/health/live': 'health',
  'GET /v2/health/ready': 'health',
  'GET /v2/models/:model': 'metadata',
  'GET /v2/models/:model/versions/:version': 'metadata',
  'GET /v2/models/:model/ready': 'health',
  'GET /v2/models/:model/versions/:version/ready': 'health',
  'GET /v2/models/:model/config': 'model-config',
  'GET /v2/models/:model/versions/:version/config': 'model-config',
  'GET /v2/live': 'dashboard',
  'POST /v2/models/:model/infer': 'inference',
  'POST /v2/models/:model/versions/:version/infer': 'inference',
  'POST /v2/models/:model/generate': 'inference',
  'POST /v2/models/:model/versions/:version/generate': 'inference',
  'POST /v2/models/:model/generate_stream': 'inference',
  'POST /v2/models/:model/versions/:version/generate_stream': 'inference',
  'GET /v2/models/stats': 'statistics',
  'GET /v2/models/:model/stats': 'statistics',
  'GET /v2/models/:model/versions/:version/stats': 'statistics',
  'GET /metrics': 'metrics',
  'GET /v2/repository/index': 'model-repository',
  'POST /v2/repository/index': 'model-repository',
  'GET /v2/repository/models': 'model-repository',
  'GET /v2/repository/sources': 'model-repository',
  'POST /v2/repository/models/:model/load': 'model-repository',
  'POST /v2/repository/models/:model/unload': 'model-repository',
  'GET /v2/repository/plan': 'configuration',
  'POST /v2/repository/reload': 'configuration',
  'GET /v2/logging': 'logging',
  'POST /v2/logging': 'logging',
  'GET /v2/trace/setting': 'trace',
  'POST /v2/trace/setting': 'trace',
  'GET /v2/models/:model/trace/setting': 'trace',
  'POST /v2/models/:model/trace/setting': 'trace',
  'GET /v2/systemsharedmemory/status': 'shared-memory',
  'GET /v2/systemsharedmemory/region/:region/status': 'shared-memory',
  'POST /v2/systemsharedmemory/region/:region/register': 'shared-memory',
  'POST /v2/systemsharedmemory/unregister': 'shared-memory',
  'POST /v2/systemsharedmemory/region/:region/unregister': 'shared-memory',
  'GET /v2/cudasharedmemory/status': 'shared-memory',
  'GET /v2/cudasharedmemory/region/:region/status': 'shared-memory',
  'POST /v2/cudasharedmemory/region/:region/register': 'shared-memory',
  'POST /v2/cudasharedmemory/unregister': 'shared-memory',
  'POST /v2/cudasharedmemory/region/:region/unregister': 'shared-memory',
  'GET /openapi.json': 'dashboard',
  'GET /docs': 'pages',
  'GET /docs/:file': 'pages',
  'GET /': 'pages',
  'GET /ui/:file': 'pages',
  'GET /ui/:folder/:file': 'pages',
};

const GRPC_METHODS: Readonly<Record<string, ApiCategory>> = {
  '/inference.GRPCInferenceService/ModelInfer': 'inference',
  '/inference.GRPCInferenceService/ModelStreamInfer': 'inference',
  '/inference.GRPCInferenceService/ServerLive': 'health',
  '/inference.GRPCInferenceService/ServerReady': 'health',
  '/inference.GRPCInferenceService/ModelReady': 'health',
  '/inference.GRPCInferenceService/ServerMetadata': 'metadata',
  '/inference.GRPCInferenceService/ModelMetadata': 'metadata',
  '/inference.GRPCInferenceService/ModelConfig': 'model-config',
  '/inference.GRPCInferenceService/ModelStatistics': 'statistics',
  '/inference.GRPCInferenceService/RepositoryIndex': 'model-repository',
  '/inference.GRPCInferenceService/RepositoryModelLoad': 'model-repository',
  '/inference.GRPCInferenceService/RepositoryModelUnload': 'model-repository',
  '/inference.model_repository.ModelRepositoryService/RepositoryIndex': 'model-repository',
  '/inference.model_repository.ModelRepositoryService/RepositoryModelLoad': 'model-repository',
  '/inference.model_repository.ModelRepositoryService/RepositoryModelUnload': 'model-repository',
  '/inference.GRPCInferenceService/LogSettings': 'logging',
  '/inference.GRPCInferenceService/TraceSetting': 'trace',
  '/inference.GRPCInferenceService/SystemSharedMemoryStatus': 'shared-memory',
  '/inference.GRPCInferenceService/SystemSharedMemoryRegister': 'shared-memory',
  '/inference.GRPCInferenceService/SystemSharedMemoryUnregister': 'shared-memory',
  '/inference.GRPCInferenceService/CudaSharedMemoryStatus': 'shared-memory',
  '/inference.GRPCInferenceService/CudaSharedMemoryRegister': 'shared-memory',
  '/inference.GRPCInferenceService/CudaSharedMemoryUnregister': 'shared-memory',
  '/grpc.health.v1.Health/Check': 'health',
  '/grpc.health.v1.Health/Watch': 'health',
  '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo': 'metadata',
  '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo': 'metadata',
};

/** What is asked for is never called here. */
const unserved = {
  metrics: async () => assert.fail(),
  logControl: {},
  sharedMemory: null,
} as unknown as Serving;

test('every route and every remote procedure has its row', () => {
  const routes = [...restSkin(unserved).routes, ...docsRoutes(), ...dashboardRoutes()];
  const rest = routes.map(({ method, path, category }) => [`${method} ${path}`, category]);
  assert.deepEqual(Object.fromEntries(rest), REST);
  const methods = grpcSkin(unserved).methods.map(({ path, category }) => [path, category]);
  assert.deepEqual(Object.fromEntries(methods), GRPC_METHODS);
});

/** How a caller shows itself, and what becomes of it. */
interface Asking {
  readonly who: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly outcome: 'answered' | 'not known' | 'not allowed';
}

function askings(category: ApiCategory): readonly Asking[] {
  const isOpen = category === 'health' || category === 'pages';
  return [
    { who: 'nobody', headers: {}, outcome: isOpen ? 'answered' : 'not known' },
    {
      who: 'a stranger',
      headers: bearer('a-stranger'),
      // A probe is to find out how the server is, whatever it shows.
      outcome: category === 'health' ? 'answered' : 'not known',
    },
    {
      who: 'somebody who may not',
      headers: bearer(`all-but-${category}`),
      outcome: isOpen ? 'answered' : 'not allowed',
    },
    { who: 'somebody who may', headers: bearer(category), outcome: 'answered' },
  ];
}

const granted = Object.fromEntries(
  API_CATEGORIES.flatMap((category) => [
    [category, may([category])],
    [`all-but-${category}`, allBut(category)],
  ]),
);

describe('asked by everybody', () => {
  const end = atEnd(after);
  const folder = modelDirectory(after);
  let stage: Stage;
  before(async () => {
    const models = [
      offerOf({ name: 'bytes', path: writeModel(folder, 'bytes.onnx', identityModel('UINT8')) }),
    ];
    const access = accessOf(policyOf(granted));
    stage = await openStage(end, settingsOf(models, { access, grpc: GRPC, allowClientShm: true }));
  });

  for (const [route, category] of Object.entries(REST)) {
    const [method, path] = route.split(' ') as [Method, string];
    for (const { who, headers, outcome } of askings(category)) {
      test(`${route} by ${who}: ${outcome}`, async () => {
        const url = `http://127.0.0.1:${stage.port}${path.replace(':model', 'bytes').replace(/:\w+/g, '1')}`;
        const leaving = new AbortController();
        const body = method === 'POST' ? { body: '{}' } : {};
        const response = await fetch(url, { method, headers, ...body, signal: leaving.signal });
        const { status } = response;
        if (outcome === 'answered') assert.ok(status !== 401 && status !== 403, `${status}`);
        else assert.equal(status, outcome === 'not known' ? 401 : 403);
        if (outcome !== 'answered')
          assert.match(((await response.json()) as { error: string }).error, SENTENCES[outcome]);
        assert.equal(response.headers.has('www-authenticate'), status === 401);
        leaving.abort();
      });
    }
  }

  for (const [path, category] of Object.entries(GRPC_METHODS)) {
    for (const { who, headers, outcome } of askings(category)) {
      test(`${path} by ${who}: ${outcome}`, async () => {
        const { code, message } = await callRaw(stage.grpcPort, path, headers);
        if (outcome === 'answered') return assert.ok(code !== 16 && code !== 7, `${code} ${message}`);
        assert.equal(code, outcome === 'not known' ? 16 : 7);
        assert.match(message, SENTENCES[outcome]);
      });
    }
  }
});

const SENTENCES: Readonly<Record<'not known' | 'not allowed', RegExp>> = {
  'not known': /^(a credential is needed for '[a-z-]+': an API key \(.*\)|the API key is not known)$/,
  'not allowed': /^'all-but-([a-z-]+)' may not use '\1'( of .*)?$/,
};
