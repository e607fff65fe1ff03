import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { loggerOf } from '#core/log.js';
import { LogControl } from '#core/log-settings.js';
import { startLog } from '#telemetry/log.js';
import { type GrpcClient, grpcClient } from '../support/grpc-client.js';
import { serve } from '../support/serve.js';
import { GRPC, settingsOf, type TestServer } from '../support/server.js';

interface Logged {
  readonly server: TestServer;
  readonly client: GrpcClient;
  /** Speaks at every level and answers the levels that were written. */
  speak(): readonly string[];
}

/** A server without models and the log that `furiosa server` would have, at INFO. */
async function serveWithLog(t: TestContext): Promise<Logged> {
  const control = new LogControl('INFO');
  const lines: string[] = [];
  t.after(startLog({ format: 'json' }, control, { write: (line) => lines.push(line) }));
  const server = await serve((end) => t.after(end), settingsOf([], { grpc: GRPC }), control);
  const client = grpcClient(server.grpcPort);
  t.after(() => client.close());
  const speak = (): readonly string[] => {
    lines.length = 0;
    const log = loggerOf('test');
    for (const level of ['error', 'warn', 'info', 'debug', 'trace'] as const) log[level]('spoken');
    return lines
      .map((line) => JSON.parse(line))
      .filter(({ message }) => message === 'spoken')
      .map(({ level }) => level);
  };
  return { server, client, speak };
}

const START = {
  log_file: '',
  log_info: true,
  log_warning: true,
  log_error: true,
  log_verbose_level: 0,
  log_format: 'default',
  log_requests: 'off',
};

test('what of the log is written is told and changed over REST', async (t) => {
  const { server, speak } = await serveWithLog(t);
  const before = await server.get('/v2/logging');
  assert.deepEqual([before.status, before.json], [200, START]);
  assert.deepEqual(speak(), ['ERROR', 'WARN', 'INFO']);

  const changed = await server.post('/v2/logging', { log_warning: false, log_verbose_level: 1 });
  assert.deepEqual(
    [changed.status, changed.json],
    [200, { ...START, log_warning: false, log_verbose_level: 1 }],
  );
  assert.deepEqual(speak(), ['ERROR', 'INFO', 'DEBUG']);

  await server.post('/v2/logging', { log_error: false, log_info: false, log_verbose_level: 2 });
  assert.deepEqual(speak(), ['DEBUG', 'TRACE']);
  const kept = await server.post('/v2/logging', '');
  assert.deepEqual((await server.get('/v2/logging')).json, kept.json);
});

test('and over gRPC, where a request without settings only reads', async (t) => {
  const { server, client, speak } = await serveWithLog(t);
  const before = await client.call('LogSettings');
  assert.deepEqual(before.settings.log_file, { parameter_choice: 'string_param', string_param: '' });
  assert.deepEqual(before.settings.log_info, { parameter_choice: 'bool_param', bool_param: true });
  assert.deepEqual(before.settings.log_verbose_level, { parameter_choice: 'uint32_param', uint32_param: 0 });
  assert.deepEqual(Object.keys(before.settings).sort(), Object.keys(START).sort());

  const settings = { log_info: { bool_param: false }, log_format: { string_param: 'ISO8601' } };
  const changed = await client.call('LogSettings', { settings });
  assert.equal(changed.settings.log_info.bool_param, false);
  assert.deepEqual(speak(), ['ERROR', 'WARN']);
  assert.deepEqual((await server.get('/v2/logging')).json, {
    ...START,
    log_info: false,
    log_format: 'ISO8601',
  });
});

const INVALID_ARGUMENT = 3;
const UNIMPLEMENTED = 12;
const refused: [body: object, settings: object, status: number, code: number, sentence: RegExp][] = [
  [
    { log_info: false, log_warning: 0 },
    { log_info: { bool_param: false }, log_warning: { uint32_param: 0 } },
    400,
    INVALID_ARGUMENT,
    /^'log_warning' must be true or false, but is 0$/,
  ],
  [
    { log_info: false, log_error: null },
    { log_info: { bool_param: false }, log_error: {} },
    400,
    INVALID_ARGUMENT,
    /^'log_error' must be true or false, but is null$/,
  ],
  [
    { log_info: false, log_color: true },
    { log_info: { bool_param: false }, log_color: { bool_param: true } },
    400,
    INVALID_ARGUMENT,
    /^the log has no setting 'log_color'; it has log_file, /,
  ],
  [
    { log_info: false, log_file: 'x' },
    { log_info: { bool_param: false }, log_file: { string_param: 'x' } },
    501,
    UNIMPLEMENTED,
    /^log file location can not be updated through network protocol$/,
  ],
];

test('what is wrong with a setting is said in the same words both ways, and nothing is changed', async (t) => {
  const { server, client } = await serveWithLog(t);
  for (const [body, settings, status, code, sentence] of refused) {
    const reply = await server.post('/v2/logging', body);
    const outcome = await client.fail('LogSettings', { settings });
    assert.deepEqual([reply.status, outcome.code], [status, code], reply.text);
    assert.match(reply.json.error, sentence);
    assert.equal(outcome.details, reply.json.error);
  }
  const { status, json } = await server.post('/v2/logging', '[]');
  assert.deepEqual([status, json.error], [400, 'the request must be an object, but is an array']);
  assert.deepEqual((await server.get('/v2/logging')).json, START);
});
