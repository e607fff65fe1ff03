/** Who may do what, asked of whole servers by real clients. */
import assert from 'node:assert/strict';
import { after, describe, type TestContext, test } from 'node:test';
import * as grpc from '@grpc/grpc-js';
import type { Policy } from '#access/policy.js';
import { systemClock } from '#core/clock.js';
import { LogControl } from '#core/log-settings.js';
import { restSkin } from '#protocol/rest/skin.js';
import type { Serving } from '#serving/serving.js';
import { startLog } from '#telemetry/log.js';
import { accessOf, bearer, EVERYTHING, keyHolder, keyOf, may, policyOf } from '../support/access.js';
import { openStage, type Stage } from '../support/access-stage.js';
import { runCommand } from '../support/command-run.js';
import { collected, grpcClient, type Loose, nextOf, typedInput } from '../support/grpc-client.js';
import { hearLog } from '../support/heard.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { GRPC, offerOf, settingsOf } from '../support/server.js';

const unserved = {
  metrics: async () => assert.fail(),
  logControl: {},
  sharedMemory: null,
} as unknown as Serving;
const ROUTES = restSkin(unserved).routes;
const folder = modelDirectory(after);
const path = writeModel(folder, 'bytes.onnx', identityModel('UINT8'));
const MODELS = ['a-1', 'a-2', 'b-1'].map((name) => offerOf({ name, path }));
const BODY = { inputs: [{ name: 'input', datatype: 'UINT8', shape: [1], data: [7] }] };
const TEAM_A = may(
  ['inference', 'metadata', 'model-repository', 'statistics', 'dashboard', 'trace'],
  ['a-*'],
);

interface Reply {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: Loose;
}

async function ask(
  stage: Pick<Stage, 'port'>,
  route: string,
  who: string | null,
  body?: unknown,
): Promise<Reply> {
  const [method = '', where] = route.split(' ');
  const headers = who === null ? {} : bearer(who);
  const sent = method === 'POST' ? { body: JSON.stringify(body ?? {}) } : {};
  const response = await fetch(`http://127.0.0.1:${stage.port}${where}`, { method, headers, ...sent });
  const text = await response.text();
  const isJson = response.headers.get('content-type') === 'application/json';
  return { status: response.status, headers: response.headers, text, json: isJson ? JSON.parse(text) : null };
}

function open(t: TestContext, policy: Policy, parts: object = {}): Promise<Stage> {
  return openStage(
    (end) => t.after(end),
    settingsOf(MODELS, { access: accessOf(policy), grpc: GRPC, ...parts }),
  );
}

function metadataOf(name: string): grpc.Metadata {
  const metadata = new grpc.Metadata();
  metadata.set('x-api-key', keyOf(name));
  return metadata;
}

function call(raw: Loose, method: string, request: object, name: string): Promise<Loose> {
  return new Promise((resolve) =>
    raw[method](request, metadataOf(name), (error: Loose, answer: Loose) => resolve(error ?? answer)),
  );
}

const modelInfer = (name: string): object => ({
  model_name: name,
  id: name,
  inputs: [typedInput('input', 'UINT8', [1], { uint_contents: [7] })],
});

test('a team uses its own models, and hears of no others', async (t) => {
  const stage = await open(t, policyOf({ team: TEAM_A, admin: EVERYTHING }));
  assert.equal((await ask(stage, 'POST /v2/models/a-1/infer', 'team', BODY)).status, 200);
  const refused = "'team' may not use 'inference' of the model 'b-1'";
  for (const model of ['b-1', 'b-1/versions/1']) {
    const { status, json } = await ask(stage, `POST /v2/models/${model}/infer`, 'team', BODY);
    assert.deepEqual([status, json], [403, { error: refused }]);
  }
  // One that there is not sounds the same as one that is not theirs.
  const { json } = await ask(stage, 'POST /v2/models/c-1/infer', 'team', BODY);
  assert.equal(json.error, refused.replace('b-1', 'c-1'));
  const names = async (route: string, who: string): Promise<readonly string[]> =>
    (await ask(stage, route, who)).json.map(({ name }: Loose) => name);
  for (const route of ['GET /v2/repository/index', 'POST /v2/repository/index']) {
    assert.deepEqual(await names(route, 'team'), ['a-1', 'a-2'], route);
    assert.deepEqual(await names(route, 'admin'), ['a-1', 'a-2', 'b-1'], route);
  }
  for (const route of ['GET /v2/repository/models', 'GET /v2/models/stats']) {
    const { text } = await ask(stage, route, 'team');
    assert.match(text, /"a-2"/);
    assert.doesNotMatch(text, /b-1/, route);
  }
  for (const action of ['load', 'unload']) {
    const { status } = await ask(stage, `POST /v2/repository/models/b-1/${action}`, 'team');
    assert.equal(status, 403, action);
  }
  // What concerns all models together is not theirs to change, or to read.
  for (const method of ['GET', 'POST']) {
    const { status, json } = await ask(stage, `${method} /v2/trace/setting`, 'team');
    assert.deepEqual([status, json.error], [403, "'team' may not use 'trace' of all models together"]);
  }
});

test('the live stream shows each its own models', async (t) => {
  const stage = await open(t, policyOf({ team: TEAM_A, other: TEAM_A, admin: EVERYTHING }));
  const first = async (who: string): Promise<string> => {
    const leaving = new AbortController();
    const { body } = await fetch(`http://127.0.0.1:${stage.port}/v2/live`, {
      headers: bearer(who),
      signal: leaving.signal,
    });
    assert.ok(body);
    let text = '';
    for await (const piece of body.pipeThrough(new TextDecoderStream())) {
      text += piece;
      if (/data:.*\n\n/.test(text)) break;
    }
    return text;
  };
  for (const who of ['team', 'other']) {
    const seen = await first(who);
    assert.match(seen, /"a-1"/);
    assert.doesNotMatch(seen, /b-1/);
  }
  assert.match(await first('admin'), /"b-1"/);
});

test('gRPC says the same in the same words, by the name in the message', async (t) => {
  const stage = await open(t, policyOf({ team: TEAM_A }));
  const client = grpcClient(stage.grpcPort);
  t.after(() => client.close());
  assert.equal((await call(client.raw, 'ModelInfer', modelInfer('a-1'), 'team')).model_name, 'a-1');
  const forbidden: readonly (readonly [method: string, request: object, text: string])[] = [
    ['ModelInfer', modelInfer('b-1'), "'team' may not use 'inference' of the model 'b-1'"],
    ['ModelMetadata', { name: 'b-1' }, "'team' may not use 'metadata' of the model 'b-1'"],
    ['ModelStatistics', { name: 'b-1' }, "'team' may not use 'statistics' of the model 'b-1'"],
    [
      'RepositoryModelLoad',
      { model_name: 'b-1' },
      "'team' may not use 'model-repository' of the model 'b-1'",
    ],
    // KServe's clients have the name where Triton's have the repository's.
    [
      'RepositoryModelUnload',
      { repository_name: 'b-1' },
      "'team' may not use 'model-repository' of the model 'b-1'",
    ],
    ['TraceSetting', { model_name: 'b-1' }, "'team' may not use 'trace' of the model 'b-1'"],
    ['TraceSetting', {}, "'team' may not use 'trace' of all models together"],
    ['ModelConfig', { name: 'a-1' }, "'team' may not use 'model-config'"],
  ];
  for (const [method, request, text] of forbidden) {
    const { code, details } = await call(client.raw, method, request, 'team');
    assert.deepEqual([code, details], [7, text], method);
  }
  const { models } = await call(client.raw, 'RepositoryIndex', {}, 'team');
  assert.deepEqual(
    models.map(({ name }: Loose) => name),
    ['a-1', 'a-2'],
  );
  const { model_stats: stats } = await call(client.raw, 'ModelStatistics', {}, 'team');
  assert.deepEqual(
    stats.map(({ name }: Loose) => name),
    ['a-1', 'a-2'],
  );
});

test('each request of a stream is held against its model, and against the rules of its time', async (t) => {
  const policy = policyOf({ team: TEAM_A, admin: EVERYTHING });
  const stage = await open(t, policy);
  const client = grpcClient(stage.grpcPort);
  t.after(() => client.close());
  const stream = client.stream('ModelStreamInfer', metadataOf('team'));
  const answer = async (name: string): Promise<string> => {
    stream.write(modelInfer(name));
    return (await nextOf(stream)).error_message ?? '';
  };
  assert.equal(await answer('a-1'), '');
  assert.equal(await answer('b-1'), "'team' may not use 'inference' of the model 'b-1'");
  assert.equal(await answer('a-2'), '');
  stage.parts.access?.replace({ ...policy, roles: { team: may(['inference'], ['b-*']) } });
  assert.equal(await answer('a-1'), "'team' may not use 'inference' of the model 'a-1'");
  assert.equal(await answer('b-1'), '');
  stage.parts.access?.replace({ ...policy, keys: [keyHolder('admin')] });
  assert.equal(await answer('b-1'), "the credential of 'team' is no longer valid");
  stream.end();
  assert.equal((await collected(stream)).outcome.code, 0);
});

test('a stream of events ends with the right to it', async (t) => {
  const policy = policyOf({ admin: EVERYTHING });
  const stage = await open(t, policy);
  const response = await fetch(`http://127.0.0.1:${stage.port}/v2/live`, { headers: bearer('admin') });
  const reader = response.body?.getReader();
  assert.ok(reader);
  await reader.read();
  stage.parts.access?.replace({ ...policy, keys: [] });
  for (let pieces = 0; ; pieces++) {
    assert.ok(pieces < 10, 'it goes on');
    if ((await reader.read()).done) break;
  }
});

test('a key ends when it is said to', async (t) => {
  const expiresAtMs = systemClock.epochMs() - 1;
  const keys = [keyHolder('old', { expiresAtMs }), keyHolder('new', { expiresAtMs: expiresAtMs + 600_000 })];
  const stage = await open(t, { ...policyOf({ old: EVERYTHING, new: EVERYTHING }), keys });
  assert.equal((await ask(stage, 'GET /v2', 'new')).status, 200);
  const { status, json } = await ask(stage, 'GET /v2', 'old');
  assert.deepEqual([status, json.error], [401, "the API key 'old' has expired"]);
});

test('nothing of a request is looked at before it is known who asks', async (t) => {
  const stage = await open(t, policyOf({ team: TEAM_A }));
  const url = `http://127.0.0.1:${stage.port}/v2/models/a-1/infer`;
  const headers = { 'x-request-timeout': 'nonsense', 'content-encoding': 'nonsense' };
  const { status } = await fetch(url, { method: 'POST', headers, body: 'x'.repeat(2 * 1024 * 1024) });
  assert.equal(status, 401);
});

test('whoever guesses is answered ever later, and nobody else is', async (t) => {
  const heard = hearLog(t);
  const waits: number[] = [];
  const clock = {
    ...systemClock,
    startTimer(delayMs: number, fn: () => void) {
      waits.push(delayMs);
      return systemClock.startTimer([100, 200, 400].includes(delayMs) ? 0 : delayMs, fn);
    },
  };
  const settings = settingsOf(MODELS, { access: accessOf(policyOf({ team: TEAM_A })) });
  const stage = await openStage((end) => t.after(end), settings, clock);
  for (let guess = 0; guess < 6; guess++) assert.equal((await ask(stage, 'GET /v2', 'nobody')).status, 401);
  assert.deepEqual(
    waits.filter((ms) => ms <= 400),
    [100, 200, 400],
  );
  waits.length = 0;
  assert.equal((await ask(stage, 'GET /v2', 'team')).status, 200);
  assert.equal((await ask(stage, 'GET /v2', null)).status, 401);
  assert.deepEqual(
    waits.filter((ms) => ms <= 5000),
    [],
  );
  const told = heard.filter((line) => line.includes('refused'));
  assert.equal(told.length, 6);
  assert.equal(told[0], 'WARN 127.0.0.1 showed an unknown API key and was refused');
  assert.equal(
    told[5],
    'WARN 127.0.0.1 showed an unknown API key and was refused; that was failure 6 in a row',
  );
});

describe("Triton's restricted APIs", () => {
  const restrictions = [
    { categories: ['inference', 'metadata'] as const, header: 'X-Key', value: 'open:sesame' },
  ];
  const restricted = { access: { policy: null, http: restrictions, grpc: restrictions } };

  test('over REST: 403 in its words', async (t) => {
    const stage = await openStage((end) => t.after(end), settingsOf(MODELS, restricted));
    for (const headers of [{}, { 'x-key': 'open' }, { 'x-key': 'open:sesame!' }] as Record<
      string,
      string
    >[]) {
      const response = await fetch(`http://127.0.0.1:${stage.port}/v2`, { headers });
      assert.equal(response.status, 403);
      assert.deepEqual(await response.json(), { error: "This API is restricted, expecting header 'X-Key'" });
    }
    const { status } = await fetch(`http://127.0.0.1:${stage.port}/v2`, {
      headers: { 'X-KEY': 'open:sesame' },
    });
    assert.equal(status, 200);
    assert.equal((await ask(stage, 'GET /v2/repository/index', null)).status, 200);
  });

  test('over gRPC: UNAVAILABLE in its words, with its prefix', async (t) => {
    const stage = await openStage((end) => t.after(end), settingsOf(MODELS, { ...restricted, grpc: GRPC }));
    const client = grpcClient(stage.grpcPort);
    t.after(() => client.close());
    const { code, details } = await client.fail('ServerMetadata');
    const expected = "This protocol is restricted, expecting header 'triton-grpc-protocol-X-Key'";
    assert.deepEqual([code, details], [14, expected]);
    const metadata = new grpc.Metadata();
    metadata.set('triton-grpc-protocol-X-Key', 'open:sesame');
    const answer = await new Promise<Loose>((resolve) =>
      client.raw.ServerMetadata({}, metadata, (error: Loose, found: Loose) => resolve(error ?? found)),
    );
    assert.equal(answer.name, 'furiosa-server');
    assert.equal((await client.call('ServerLive')).live, true);
  });
});

describe('pages of other origins', () => {
  const APP = 'https://app.example';
  const serveFor = async (t: TestContext, corsOrigins: readonly string[]): Promise<Stage> => {
    const settings = settingsOf(MODELS);
    const rest = { ...settings.rest, corsOrigins };
    return openStage((end) => t.after(end), {
      ...settings,
      rest,
      access: accessOf(policyOf({ team: TEAM_A })),
    });
  };
  const preflight = (port: number, origin: string): Promise<Response> =>
    fetch(`http://127.0.0.1:${port}/v2/models/a-1/infer`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'x-api-key',
      },
    });

  test('one that is allowed may ask and read', async (t) => {
    const { port } = await serveFor(t, [APP]);
    const asked = await preflight(port, APP);
    assert.equal(asked.status, 204);
    assert.equal(asked.headers.get('access-control-allow-origin'), APP);
    assert.match(asked.headers.get('access-control-allow-methods') ?? '', /POST/);
    assert.match(asked.headers.get('access-control-allow-headers') ?? '', /x-api-key/);
    const answer = await fetch(`http://127.0.0.1:${port}/openapi.json`, {
      headers: { origin: APP, ...bearer('team'), 'accept-encoding': 'gzip' },
    });
    await answer.text();
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('access-control-allow-origin'), APP);
    assert.match(
      answer.headers.get('access-control-expose-headers') ?? '',
      /inference-header-content-length/,
    );
    assert.equal(answer.headers.get('vary'), 'accept-encoding, origin');
    assert.equal(answer.headers.get('access-control-allow-credentials'), null);
  });

  test('another one, or any where none is allowed, may not', async (t) => {
    const { port } = await serveFor(t, [APP]);
    assert.equal(
      (await preflight(port, 'https://evil.example')).headers.get('access-control-allow-origin'),
      null,
    );
    const none = await serveFor(t, []);
    const refused = await preflight(none.port, APP);
    assert.equal(refused.status, 405);
    assert.equal(refused.headers.get('access-control-allow-origin'), null);
  });

  test('all are allowed where that is said', async (t) => {
    const { port } = await serveFor(t, ['*']);
    assert.equal(
      (await preflight(port, 'https://any.example')).headers.get('access-control-allow-origin'),
      '*',
    );
  });
});

test('every answer tells browsers to be careful with it, and pages tell more', async (t) => {
  const stage = await open(t, policyOf({ team: TEAM_A }));
  for (const route of ['GET /v2/health/live', 'GET /v2', 'GET /nowhere', 'GET /openapi.json']) {
    const { headers } = await ask(stage, route, null);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', route);
  }
  for (const route of ['GET /', 'GET /docs']) {
    const { headers } = await ask(stage, route, null);
    assert.equal(headers.get('x-content-type-options'), 'nosniff', route);
    assert.equal(headers.get('referrer-policy'), 'no-referrer', route);
    assert.equal(headers.get('cross-origin-opener-policy'), 'same-origin', route);
    assert.match(headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/, route);
  }
});

test('the document of the API says what to show', async (t) => {
  const stage = await open(t, policyOf({ team: TEAM_A }));
  const { json } = await ask(stage, 'GET /openapi.json', 'team');
  assert.deepEqual(Object.keys(json.components.securitySchemes), ['bearer', 'apiKey']);
  assert.ok(json.paths['/v2'].get.responses['401'] && json.paths['/v2'].get.responses['403']);
  const free = await openStage((end) => t.after(end), settingsOf([]));
  const plain = (await ask(free, 'GET /openapi.json', null)).json;
  assert.equal(plain.components.securitySchemes, undefined);
  assert.equal(plain.security, undefined);
});

test('no credential is told anywhere, whatever the log says', async (t) => {
  const written: string[] = [];
  const control = new LogControl('TRACE', 1);
  t.after(startLog({ format: 'json' }, control, { write: (line) => written.push(line) }));
  const stage = await open(t, policyOf({ admin: EVERYTHING }), { allowClientShm: true });
  const answers: string[] = [];
  const routes = ROUTES.filter(({ path }) => path !== '/v2/live');
  for (const who of ['admin', 'a-stranger']) {
    for (const { method, path: where } of routes) {
      const to = where.replace(':model', 'a-1').replace(/:\w+/g, '1');
      const { text, headers } = await ask(stage, `${method} ${to}`, who, BODY);
      answers.push(text, JSON.stringify([...headers]));
    }
    const client = grpcClient(stage.grpcPort);
    for (const method of ['ModelInfer', 'ServerMetadata', 'RepositoryIndex']) {
      answers.push(JSON.stringify(await call(client.raw, method, modelInfer('a-1'), who)));
    }
    client.close();
    const env = { FURIOSA_API_KEY: keyOf(who), FURIOSA_SERVER_URL: `http://127.0.0.1:${stage.port}` };
    for (const argv of [['models'], ['models', 'load', 'a-1'], ['models', 'load', 'z']]) {
      const { out, error } = await runCommand(argv, { env });
      answers.push(out, error);
    }
  }
  const lines = written.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.ok(
    lines.some(({ target, identity }) => target === 'access' && identity === 'admin'),
    'no line of admin',
  );
  assert.ok(
    lines.some(({ level }) => level === 'DEBUG' || level === 20),
    'no debug line',
  );
  const told = [...written, ...answers].join('\n');
  assert.ok(told.length > 10_000);
  assert.match(told, /a-1/);
  for (const secret of [
    'that-nobody-may-read',
    'fsk_',
    ...policyOf({ admin: [] }).keys.map(({ sha256 }) => sha256),
  ]) {
    assert.equal(
      told.split('\n').find((line) => line.includes(secret)),
      undefined,
      secret,
    );
  }
});

test('the command shows its key, and says how to give one', async (t) => {
  const stage = await open(t, policyOf({ admin: EVERYTHING }));
  const url = `http://127.0.0.1:${stage.port}`;
  const without = await runCommand(['models', '--url', url]);
  assert.equal(without.status, 1);
  assert.match(
    without.error,
    /answered 401: a credential is needed for 'model-repository'.*FURIOSA_API_KEY/s,
  );
  for (const given of [
    { argv: ['--api-key', keyOf('admin')], env: {} },
    { argv: [], env: { FURIOSA_API_KEY: keyOf('admin') } },
  ]) {
    const { status, out } = await runCommand(['models', '--url', url, ...given.argv], { env: given.env });
    assert.equal(status, 0);
    assert.match(out, /a-1/);
  }
});

test('where nobody is asked, nothing is in the way', async (t) => {
  const stage = await openStage((end) => t.after(end), settingsOf(MODELS));
  assert.equal(stage.parts.access, null);
  assert.equal((await ask(stage, 'POST /v2/models/b-1/infer', 'a-stranger', BODY)).status, 200);
});
