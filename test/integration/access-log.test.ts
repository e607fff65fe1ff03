/** The lines of requests, as `furiosa server --log-requests` writes them: one for each, over REST and gRPC. */
import assert from 'node:assert/strict';
import { after, before, describe, type TestContext, test } from 'node:test';
import { LogControl } from '#core/log-settings.js';
import type { RequestShare } from '#core/request-share.js';
import { startLog } from '#telemetry/log.js';
import { eventually } from '../support/eventually.js';
import { collected, type GrpcClient, grpcClient, typedInput } from '../support/grpc-client.js';
import { identityModel, modelDirectory, slowModel, writeModel } from '../support/onnx-models.js';
import { sendRaw } from '../support/raw-http.js';
import { atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';

type Line = Readonly<Record<string, unknown>>;

const folder = modelDirectory(after);
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SECRET = 'secret-that-nobody-may-read';
const BODY = { id: 'a1', inputs: [{ name: 'input', datatype: 'UINT8', shape: [2], data: [201, 202] }] };
const CALL = {
  model_name: 'bytes',
  id: 'a2',
  inputs: [typedInput('input', 'UINT8', [2], { uint_contents: [201, 202] })],
};

/** The log that the command would have, heard from now until the test ends. */
function listen(
  t: TestContext,
  requests: RequestShare,
  format: 'json' | 'pretty' = 'json',
): { readonly control: LogControl; readonly written: readonly string[]; lines(): readonly Line[] } {
  const control = new LogControl('ERROR', requests);
  const written: string[] = [];
  t.after(startLog({ format }, control, { write: (line) => written.push(line) }));
  const lines = (): readonly Line[] =>
    written.map((line) => JSON.parse(line) as Line).filter(({ target }) => target === 'access');
  return { control, written, lines };
}

/** Settles with the lines once there are so many. A line is written when its answer has gone, which may be after it has come. */
function soMany(lines: () => readonly Line[], count: number): Promise<readonly Line[]> {
  const look = async (): Promise<readonly Line[]> => {
    await new Promise((resolve) => setImmediate(resolve));
    return lines();
  };
  return eventually(look, (seen) => seen.length >= count, 100_000);
}

/** What of a line is the same each time. */
function sure(line: Line): Line {
  const {
    time: _time,
    pid: _pid,
    duration_ms: duration,
    queue_ms: queue,
    input_ms: input,
    run_ms: run,
    output_ms: output,
    ...others
  } = line;
  assert.ok(Number(duration) > 0, `took ${duration} ms`);
  for (const phase of [queue, input, run, output]) {
    assert.equal(typeof phase, typeof queue);
    if (phase !== undefined) assert.ok(Number(phase) >= 0 && Number(phase) <= Number(duration));
  }
  return others;
}

describe('a line for each request', () => {
  const end = atEnd(after);
  let server: TestServer;
  let client: GrpcClient;

  before(async () => {
    const bytes = writeModel(folder, 'bytes.onnx', identityModel('UINT8'));
    const slow = writeModel(folder, 'slow.onnx', slowModel());
    const models = [
      offerOf({ name: 'bytes', path: bytes }),
      offerOf({
        name: 'slow',
        path: slow,
        device: 'cpu(1)*1',
        queue: { ...offerOf({ path: '' }).queue, maxSize: 1 },
      }),
    ];
    server = await serve(end, settingsOf(models, { grpc: GRPC }));
    client = grpcClient(server.grpcPort);
    end(() => client.close());
  });

  const post = (path: string, body: unknown, headers: Record<string, string> = {}): Promise<Response> =>
    fetch(`http://127.0.0.1:${server.port}${path}`, {
      method: 'POST',
      headers,
      body: typeof body === 'string' ? body : JSON.stringify(body),
    });

  const slowBody = (steps: number): object => ({
    inputs: [{ name: 'iterations', datatype: 'INT64', shape: [1], data: [steps] }],
  });

  test('over REST: who, what, how large, how long, and how it ended', async (t) => {
    const { lines, written } = listen(t, 1);
    const headers = {
      traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
      authorization: `Bearer ${SECRET}`,
      cookie: SECRET,
    };
    const response = await post(`/v2/models/bytes/infer?token=${SECRET}`, BODY, headers);
    const bytes = (await response.arrayBuffer()).byteLength;
    const [line = {}, ...more] = await soMany(lines, 1);
    assert.deepEqual(sure(line), {
      level: 'INFO',
      target: 'access',
      transport: 'http',
      operation: 'POST /v2/models/:model/infer',
      request: 'POST /v2/models/bytes/infer',
      code: 200,
      outcome: 'ok',
      peer: '127.0.0.1',
      model: 'bytes',
      version: '1',
      request_id: 'a1',
      trace_id: TRACE,
      request_bytes: JSON.stringify(BODY).length,
      response_bytes: bytes,
      batch_rows: 1,
      message: 'POST /v2/models/bytes/infer 200',
    });
    assert.deepEqual(more, []);
    assert.doesNotMatch(written.join(''), new RegExp(`${SECRET}|201`));
  });

  test('over gRPC the same', async (t) => {
    const { lines } = listen(t, 1);
    await client.call('ModelInfer', CALL);
    const [line = {}, ...more] = await soMany(lines, 1);
    const { request_bytes: requestBytes, response_bytes: responseBytes, ...others } = sure(line);
    assert.ok(Number(requestBytes) > 10 && Number(responseBytes) > 10);
    assert.deepEqual(others, {
      level: 'INFO',
      target: 'access',
      transport: 'grpc',
      operation: '/inference.GRPCInferenceService/ModelInfer',
      request: '/inference.GRPCInferenceService/ModelInfer',
      code: 0,
      outcome: 'ok',
      peer: '127.0.0.1',
      model: 'bytes',
      version: '1',
      request_id: 'a2',
      batch_rows: 1,
      message: '/inference.GRPCInferenceService/ModelInfer 0',
    });
    assert.deepEqual(more, []);
  });

  test('in a stream each request has its own, and the stream one when it is over', async (t) => {
    const { lines } = listen(t, 1);
    const stream = client.stream('ModelStreamInfer');
    for (const id of ['s1', 's2']) stream.write({ ...CALL, id });
    stream.write({ ...CALL, id: 's3', model_name: 'nobody' });
    stream.end();
    const { messages } = await collected(stream);
    assert.equal(messages.length, 3);
    const told = await soMany(lines, 4);
    const shown = told.map(({ request_id, code, outcome, model, error, batch_rows }) => [
      request_id,
      code,
      outcome,
      model,
      error,
      batch_rows === undefined ? null : Number(batch_rows) >= 1,
    ]);
    const wrong = messages.map(({ error_message: text }) => text).find(Boolean);
    assert.deepEqual(
      shown.sort((a, b) => String(a[0]).localeCompare(String(b[0]))),
      [
        ['s1', 0, 'ok', 'bytes', undefined, true],
        ['s2', 0, 'ok', 'bytes', undefined, true],
        ['s3', 5, 'failed', undefined, wrong, null],
        [undefined, 0, 'ok', undefined, undefined, null],
      ],
    );
    for (const line of told)
      assert.equal(line['operation'], '/inference.GRPCInferenceService/ModelStreamInfer');
  });

  const refused: [what: string, path: string, body: unknown, line: Line][] = [
    [
      'JSON that is none',
      '/v2/models/bytes/infer',
      '{"inputs": [',
      { operation: 'POST /v2/models/:model/infer', code: 400 },
    ],
    [
      'an unknown model',
      '/v2/models/nobody/infer',
      BODY,
      { operation: 'POST /v2/models/:model/infer', code: 404, request_id: 'a1' },
    ],
    [
      'an input that is missing',
      '/v2/models/bytes/infer',
      { inputs: [] },
      { operation: 'POST /v2/models/:model/infer', code: 400 },
    ],
    ['a path that is no route', '/v1/models/bytes:predict', BODY, { code: 404 }],
    ['a method that is not served', '/v2/health/live', BODY, { code: 405 }],
  ];
  for (const [what, path, body, expected] of refused) {
    test(`${what} is told with the sentence that the client heard, although successes are not`, async (t) => {
      const { lines } = listen(t, 0);
      await (await post('/v2/models/bytes/infer', BODY)).text();
      const { error } = (await (await post(path, body)).json()) as { error: string };
      const [line = {}, ...more] = await soMany(lines, 1);
      assert.deepEqual(more, []);
      const { operation, code, request_id: id, ...others } = line;
      assert.deepEqual(
        {
          ...(operation === undefined ? {} : { operation }),
          code,
          ...(id === undefined ? {} : { request_id: id }),
        },
        expected,
      );
      assert.deepEqual(
        [others['outcome'], others['error'], others['request']],
        ['failed', error, `POST ${path}`],
      );
    });
  }

  test('an expectation that cannot be met is told, too', async (t) => {
    const { lines } = listen(t, 0);
    await sendRaw(server.port, 'GET /v2 HTTP/1.1\r\nHost: x\r\nExpect: magic\r\nConnection: close\r\n\r\n');
    const [line] = await soMany(lines, 1);
    assert.deepEqual([line?.['code'], line?.['request']], [417, 'GET /v2']);
  });

  test('a method that gRPC does not have', async (t) => {
    const { lines } = listen(t, 0);
    const outcome = await grpcClientOfNothing(server.grpcPort);
    const [line] = await soMany(lines, 1);
    assert.deepEqual(
      [line?.['operation'], line?.['request'], line?.['code'], line?.['level']],
      [undefined, '/inference.GRPCInferenceService/Nothing', 12, 'WARN'],
    );
    assert.equal(line?.['error'], outcome);
  });

  test('a client that leaves is cancelled, and has no code, both ways', async (t) => {
    const { lines } = listen(t, 0);
    const controller = new AbortController();
    const gone = fetch(`http://127.0.0.1:${server.port}/v2/models/slow/infer`, {
      method: 'POST',
      body: JSON.stringify(slowBody(300)),
      signal: controller.signal,
    });
    await server.inside(1);
    controller.abort();
    await assert.rejects(gone);
    const [line] = await soMany(lines, 1);
    assert.deepEqual([line?.['outcome'], line?.['code'], line?.['model']], ['cancelled', undefined, 'slow']);

    await server.inside(0);
    const iterations = typedInput('iterations', 'INT64', [1], { int64_contents: [300] });
    const call = client.raw.ModelInfer({ model_name: 'slow', inputs: [iterations] }, () => {});
    await server.inside(1);
    call.cancel();
    const [, second] = await soMany(lines, 2);
    assert.deepEqual(
      [second?.['transport'], second?.['outcome'], second?.['code'], second?.['message']],
      ['grpc', 'cancelled', undefined, '/inference.GRPCInferenceService/ModelInfer cancelled'],
    );
    await server.inside(0);
  });

  test('one line for each of many at a time, whatever becomes of them', async (t) => {
    const { lines } = listen(t, 1);
    const [clients, each] = [64, 4];
    /** What became of each, by its trace. */
    const ends = new Map<string, 'ok' | 'failed' | 'cancelled'>();
    const ask = async (n: number): Promise<void> => {
      const trace = String(n + 1).padStart(32, '0');
      const controller = new AbortController();
      const [path, body] = [
        ['slow', slowBody(3)] as const,
        ['bytes', { inputs: [] }] as const,
        ['bytes', BODY] as const,
        ['slow', slowBody(1)] as const,
      ][n % 4] ?? ['nobody', BODY];
      const leave = (): void => controller.abort();
      // Somebody is inside by then, and this one may be.
      if (n % 4 === 0) void server.inside(1).then(leave, leave);
      try {
        const response = await fetch(`http://127.0.0.1:${server.port}/v2/models/${path}/infer`, {
          method: 'POST',
          headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` },
          body: JSON.stringify(body),
          signal: controller.signal,
        });
        await response.arrayBuffer();
        ends.set(trace, response.ok ? 'ok' : 'failed');
      } catch {
        ends.set(trace, 'cancelled');
      }
    };
    await Promise.all(
      Array.from({ length: clients }, async (_, client) => {
        for (let i = 0; i < each; i++) await ask(client * each + i);
      }),
    );
    assert.equal(ends.size, clients * each);
    const answered = [...ends].filter(([, outcome]) => outcome !== 'cancelled');
    assert.ok(answered.length < ends.size && new Set(answered.map(([, outcome]) => outcome)).size === 2);
    await server.inside(0);
    const isTold = (told: readonly Line[]): boolean => {
      const traces = new Set(told.map(({ trace_id }) => trace_id));
      return answered.every(([trace]) => traces.has(trace));
    };
    const told = await eventually(async () => await soMany(lines, 1), isTold, 100_000);
    const outcomes = new Map(told.map((line) => [line['trace_id'], line['outcome']]));
    assert.equal(outcomes.size, told.length, 'no request has two lines');
    for (const [trace, outcome] of answered) assert.equal(outcomes.get(trace), outcome);
    // Who left early may never have been here, and who left late may have been answered.
    assert.ok([...outcomes.keys()].every((trace) => ends.has(String(trace))));
  });

  test('what is told can be changed while it runs', async (t) => {
    const { control, lines } = listen(t, 'off');
    const live = async (): Promise<void> => void (await server.get('/v2/health/live'));
    await live();
    control.change({ requests: 1 });
    await live();
    await soMany(lines, 1);
    control.change({ requests: 'off' });
    await live();
    control.change({ requests: 1 });
    await live();
    const told = await soMany(lines, 2);
    assert.deepEqual(
      told.map(({ request }) => request),
      ['GET /v2/health/live', 'GET /v2/health/live'],
    );
  });

  test('for people it is one line, whatever the client calls its request', async (t) => {
    const { written } = listen(t, 1, 'pretty');
    const id = 'a\n2026-11-23T00:00:00.000Z ERROR forged: all is lost\u001b[31m';
    await (await post('/v2/models/bytes/infer', { ...BODY, id })).text();
    await soMany(() => written.map(() => ({})), 1);
    assert.equal(written.length, 1);
    assert.match(
      written[0] ?? '',
      /^\S+Z {2}INFO access: POST \/v2\/models\/bytes\/infer {16}200 +\d+\.\d+ ms {2}bytes\/1 queue=\d+\.\d+ run=\d+\.\d+ rows=1 in=\d+ out=\d+ peer=127\.0\.0\.1 id="a\\\\x0a2026-11-23T00:00:00\.000Z ERROR forged: all is lost\\\\x1b\[31m"\n$/,
    );
  });
});

/** The sentence of a call of a method that does not exist. */
async function grpcClientOfNothing(port: number): Promise<string> {
  const client = grpcClient(port);
  const path = '/inference.GRPCInferenceService/Nothing';
  const same = (bytes: Buffer): Buffer => bytes;
  try {
    return await new Promise((resolve) => {
      client.raw.makeUnaryRequest(path, same, same, Buffer.alloc(0), (error: { details: string }) =>
        resolve(error.details),
      );
    });
  } finally {
    client.close();
  }
}
