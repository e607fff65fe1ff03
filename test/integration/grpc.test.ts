import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { DataType } from '#tensor/datatype.js';
import { DATATYPES } from '#tensor/datatype.js';
import { collected, type GrpcClient, grpcClient, nextOf, typedInput } from '../support/grpc-client.js';
import {
  addSubModel,
  bytesOf,
  failingModel,
  identityModel,
  modelDirectory,
  scalarModel,
  writeModel,
} from '../support/onnx-models.js';
import { atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';

const folder = modelDirectory(after);
/** ONNX Runtime for Node passes no BF16. */
const servedTypes = DATATYPES.filter((type) => type !== 'BF16');

const STATUS = {
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
};

describe('the V2 protocol over gRPC', () => {
  const end = atEnd(after);
  let server: TestServer;
  let client: GrpcClient;

  before(async () => {
    const model = (name: string, bytes: Uint8Array): ReturnType<typeof offerOf> =>
      offerOf({ name, path: writeModel(folder, `${name}.onnx`, bytes) });
    server = await serve(
      end,
      settingsOf(
        [
          model('sums', addSubModel('INT32', ['batch', 2])),
          model('scalar', scalarModel()),
          model('raises', failingModel()),
          model('broken', new Uint8Array([1, 2, 3])),
          ...servedTypes.map((type) => model(type, identityModel(type))),
          offerOf({
            name: 'npu-sums',
            platform: 'npu',
            path: writeModel(folder, 'npu-sums.onnx', addSubModel('INT32', [1, 2])),
          }),
        ],
        { grpc: GRPC },
      ),
    );
    client = grpcClient(server.grpcPort);
    end(() => client.close());
  });

  const sums = (parts: object = {}): object => ({
    model_name: 'sums',
    inputs: [
      { name: 'INPUT0', datatype: 'INT32', shape: [1, 2] },
      { name: 'INPUT1', datatype: 'INT32', shape: [1, 2] },
    ],
    raw_input_contents: [bytesOf(Int32Array.of(5, 6)), bytesOf(Int32Array.of(1, 2))],
    ...parts,
  });
  const int32s = (bytes: Buffer): number[] => [...new Int32Array(new Uint8Array(bytes).buffer)];

  test('liveness, readiness and metadata say what REST says', async () => {
    assert.deepEqual(await client.call('ServerLive'), { live: true });
    // What is false is not on the wire.
    assert.deepEqual(await client.call('ServerReady'), {}, 'one model is broken');
    assert.deepEqual(await client.call('ModelReady', { name: 'sums' }), { ready: true });
    assert.deepEqual(await client.call('ModelReady', { name: 'sums', version: '1' }), { ready: true });
    assert.deepEqual(await client.call('ModelReady', { name: 'broken' }), {});
    assert.deepEqual(await client.call('ServerMetadata'), (await server.get('/v2')).json);
    for (const name of ['sums', 'scalar', 'npu-sums', ...servedTypes]) {
      const { properties, ...rest } = (await server.get(`/v2/models/${name}`)).json;
      const { inputs, outputs, ...told } = await client.call('ModelMetadata', { name });
      const numbers = (tensors: { shape: string[] }[]): object[] =>
        tensors.map(({ shape = [], ...each }) => ({ ...each, shape: shape.map(Number) }));
      assert.deepEqual({ ...told, inputs: numbers(inputs), outputs: numbers(outputs) }, rest);
    }
  });

  test('raw tensors in, raw tensors out; id and versions are told', async () => {
    const answer = await client.call('ModelInfer', sums({ id: 'one', model_version: '1' }));
    const { raw_output_contents: raw, outputs, ...head } = answer;
    assert.deepEqual(head, { model_name: 'sums', model_version: '1', id: 'one' });
    assert.deepEqual(outputs, [
      { name: 'OUTPUT0', datatype: 'INT32', shape: ['1', '2'] },
      { name: 'OUTPUT1', datatype: 'INT32', shape: ['1', '2'] },
    ]);
    assert.deepEqual(raw.map(int32s), [
      [6, 8],
      [4, 4],
    ]);
  });

  test('typed tensors in, typed tensors out, and raw ones for those who read nothing else', async () => {
    const answer = await client.call('ModelInfer', {
      model_name: 'sums',
      inputs: [
        typedInput('INPUT0', 'INT32', [1, 2], { int_contents: [5, -6] }),
        typedInput('INPUT1', 'INT32', [1, 2], { int_contents: [1, 2] }),
      ],
      outputs: [{ name: 'OUTPUT1' }],
    });
    assert.deepEqual(answer.outputs, [
      { name: 'OUTPUT1', datatype: 'INT32', shape: ['1', '2'], contents: { int_contents: [4, -8] } },
    ]);
    assert.deepEqual(answer.raw_output_contents, [Buffer.from(bytesOf(Int32Array.of(4, -8)))]);
  });

  test('requested outputs come in the order asked for, parameters of every kind are taken', async () => {
    const parameters = {
      flag: { bool_param: true },
      count: { int64_param: '-9007199254740993' },
      text: { string_param: 'x' },
      real: { double_param: 1.5 },
      large: { uint64_param: '18446744073709551615' },
    };
    const outputs = [{ name: 'OUTPUT1', parameters }, { name: 'OUTPUT0' }];
    const answer = await client.call('ModelInfer', sums({ parameters, outputs }));
    assert.deepEqual(answer.raw_output_contents.map(int32s), [
      [4, 4],
      [6, 8],
    ]);
  });

  test('outputs of the original dialect are named by position', async () => {
    const answer = await client.call('ModelInfer', sums({ model_name: 'npu-sums' }));
    assert.deepEqual(
      answer.outputs.map(({ name }: { name: string }) => name),
      ['0', '1'],
    );
  });

  test('a scalar has no axes', async () => {
    const answer = await client.call('ModelInfer', {
      model_name: 'scalar',
      inputs: [typedInput('x', 'FP32', [], { fp32_contents: [41] })],
    });
    assert.deepEqual(answer.outputs, [{ name: 'y', datatype: 'FP32', contents: { fp32_contents: [42] } }]);
  });

  const typed: [type: DataType, contents: Record<string, unknown[]>][] = [
    ['BOOL', { bool_contents: [true, false, true] }],
    ['UINT8', { uint_contents: [0, 127, 128, 255] }],
    ['UINT16', { uint_contents: [0, 65535] }],
    ['UINT32', { uint_contents: [0, 4294967295] }],
    ['UINT64', { uint64_contents: ['0', '9007199254740993', '18446744073709551615'] }],
    ['INT8', { int_contents: [-128, -1, 0, 127] }],
    ['INT16', { int_contents: [-32768, 32767] }],
    ['INT32', { int_contents: [-2147483648, 2147483647] }],
    ['INT64', { int64_contents: ['-9223372036854775808', '-1', '0', '9223372036854775807'] }],
    ['FP32', { fp32_contents: [0.5, -0, 3.4028234663852886e38, Number.NaN, -Infinity] }],
    ['FP64', { fp64_contents: [0.1, -0, 5e-324, Number.NaN, Infinity] }],
    ['BYTES', { bytes_contents: [Buffer.from('a'), Buffer.from(''), Buffer.from('ü')] }],
  ];

  for (const [type, contents] of typed) {
    test(`${type} makes the round trip in typed contents`, async () => {
      const count = Object.values(contents)[0]?.length ?? 0;
      const answer = await client.call('ModelInfer', {
        model_name: type,
        inputs: [typedInput('input', type, [count], contents)],
      });
      assert.deepEqual(answer.outputs, [
        { name: 'output', datatype: type, shape: [String(count)], contents },
      ]);
    });
  }

  const one = (parts: object, more: object = {}): object => ({
    model_name: 'UINT8',
    inputs: [{ name: 'input', datatype: 'UINT8', shape: [1], ...parts }],
    ...more,
  });
  const raw = (...lengths: number[]): object => ({
    raw_input_contents: lengths.map((n) => new Uint8Array(n)),
  });

  const faults: [name: string, request: object, code: number, sentence: RegExp][] = [
    ['no inputs', { model_name: 'sums' }, 3, /^expected 2 inputs but got 0 inputs for model 'sums'/],
    [
      'an unknown model',
      sums({ model_name: 'nobody' }),
      5,
      /^Request for unknown model: 'nobody' is not found$/,
    ],
    ['an unknown version', sums({ model_version: '9' }), 5, /'sums' version 9 is not found/],
    [
      'a model that is not ready',
      sums({ model_name: 'broken' }),
      14,
      /model 'broken' version 1 is not at ready state/,
    ],
    [
      'raw and typed contents',
      one({ contents: { uint_contents: [1] } }, raw(1)),
      3,
      /^contents field must not be specified when using raw_input_contents for 'input' for model 'UINT8'$/,
    ],
    [
      'too few raw contents',
      sums({ raw_input_contents: [new Uint8Array(8)] }),
      3,
      /raw_input_contents has 1 elements for 2 inputs/,
    ],
    [
      'raw contents that are too short',
      one({ shape: [3] }, raw(2)),
      3,
      /^input byte size mismatch for input 'input' for model 'UINT8'. Expected 3, got 2: its shape is \[3\] and its datatype UINT8$/,
    ],
    [
      'neither raw nor typed contents',
      one({}),
      3,
      /^input 'input' has 0 elements but its shape \[1\] needs 1$/,
    ],
    [
      'too many typed elements',
      one({ contents: { uint_contents: [1, 2] } }),
      3,
      /^input 'input' has 2 elements but its shape \[1\] needs 1$/,
    ],
    [
      '300 in a UINT8',
      one({ contents: { uint_contents: [300] } }),
      3,
      /^element 0 of input 'input' is 300, which UINT8 \(0\.\.255\) cannot hold$/,
    ],
    [
      'elements in the field of another datatype',
      one({ contents: { int_contents: [1] } }),
      3,
      /are in int_contents, but those of UINT8 go into uint_contents$/,
    ],
    [
      'an unknown datatype',
      one({ datatype: 'FLOAT32' }, raw(4)),
      3,
      /^'inputs\[0\]\.datatype' is 'FLOAT32', which is not a datatype: did you mean 'FP32'\?$/,
    ],
    [
      'the wrong datatype',
      one({ datatype: 'INT8' }, raw(1)),
      3,
      /^inference input 'input' data-type is 'INT8', but model 'UINT8' expects 'UINT8'$/,
    ],
    ['no datatype', one({ datatype: '' }, raw(1)), 3, /^'inputs\[0\]\.datatype' is missing$/],
    ['no name', one({ name: '' }, raw(1)), 3, /^'inputs\[0\]\.name' is missing$/],
    [
      'a negative axis',
      one({ shape: [-1] }, raw(1)),
      3,
      /^'inputs\[0\]\.shape\[0\]' must be an integer from 0 to 2\^53-1, but is -1$/,
    ],
    [
      'axes whose product overflows',
      one({ shape: ['1099511627776', '1099511627776'] }, raw(1)),
      3,
      /Expected 1208925819614629174706176, got 1/,
    ],
    ['seventeen axes', one({ shape: new Array(17).fill(1) }, raw(1)), 3, /more than 16 axes/],
    [
      'the wrong axes',
      {
        model_name: 'sums',
        inputs: [
          typedInput('INPUT0', 'INT32', [1, 3], { int_contents: [1, 2, 3] }),
          typedInput('INPUT1', 'INT32', [1, 2], { int_contents: [1, 2] }),
        ],
      },
      3,
      /^unexpected shape for input 'INPUT0' for model 'sums'\. Expected \[-1,2\], got \[1,3\]\.$/,
    ],
    [
      'a doubled input',
      sums({
        inputs: [
          { name: 'a', datatype: 'INT32', shape: [2] },
          { name: 'a', datatype: 'INT32', shape: [2] },
        ],
      }),
      3,
      /^input 'a' already exists in request$/,
    ],
    [
      'a doubled output',
      sums({ outputs: [{ name: 'OUTPUT0' }, { name: 'OUTPUT0' }] }),
      3,
      /^output 'OUTPUT0' is requested twice$/,
    ],
    [
      'an unknown output',
      sums({ outputs: [{ name: 'OUTPUT9' }] }),
      3,
      /^unexpected inference output 'OUTPUT9' for model 'sums'/,
    ],
    [
      'byte strings that overrun',
      {
        model_name: 'BYTES',
        inputs: [{ name: 'input', datatype: 'BYTES', shape: [1] }],
        raw_input_contents: [Buffer.from([5, 0, 0, 0, 65])],
      },
      3,
      /^element 0 of input 'input' is 5 bytes long, but the data ends 4 bytes before that$/,
    ],
    [
      'a truth value of 2',
      {
        model_name: 'BOOL',
        inputs: [{ name: 'input', datatype: 'BOOL', shape: [1] }],
        raw_input_contents: [Buffer.from([2])],
      },
      3,
      /is 2, which BOOL \(0\.\.1\) cannot hold/,
    ],
    [
      'FP16 in typed contents',
      { model_name: 'FP16', inputs: [typedInput('input', 'FP16', [1], { fp32_contents: [1] })] },
      3,
      /raw_input_contents/,
    ],
    ['a parameter without a value', sums({ parameters: { a: {} } }), 3, /'parameters\.a' has no value/],
    [
      'an index the model refuses',
      { model_name: 'raises', inputs: [typedInput('index', 'INT64', [1], { int64_contents: [99] })] },
      13,
      /99/,
    ],
    [
      'a message that is too large',
      one({ shape: [17 * 2 ** 20] }, raw(17 * 2 ** 20)),
      8,
      /may have 16777216 bytes at most, and this is \d+; the limit is --max-body-bytes/,
    ],
  ];

  for (const [name, request, code, sentence] of faults) {
    test(`infer with ${name}: status ${code}`, async () => {
      const outcome = await client.fail('ModelInfer', request);
      assert.match(outcome.details, sentence);
      assert.equal(outcome.code, code, outcome.details);
      assert.deepEqual((await client.call('ModelInfer', sums())).raw_output_contents.map(int32s), [
        [6, 8],
        [4, 4],
      ]);
    });
  }

  test('64 calls at once on one connection are all answered', async () => {
    const answers = await Promise.all(
      Array.from({ length: 64 }, (_, i) => {
        const contents = [bytesOf(Int32Array.of(i, i)), bytesOf(Int32Array.of(1, 2))];
        return client.call('ModelInfer', sums({ id: String(i), raw_input_contents: contents }));
      }),
    );
    answers.forEach(({ id, raw_output_contents: [sum] }, i) => {
      assert.deepEqual([id, int32s(sum)], [String(i), [i + 1, i + 2]]);
    });
  });

  test('a stream answers in order, tells errors with their id, and goes on', async () => {
    const stream = client.stream('ModelStreamInfer');
    const done = collected(stream);
    for (let i = 0; i < 100; i++) {
      stream.write(
        sums({
          id: String(i),
          ...(i === 40 && { model_name: 'nobody' }),
          ...(i === 41 && { raw_input_contents: [] }),
          parameters: { triton_enable_empty_final_response: { bool_param: true } },
        }),
      );
    }
    stream.end();
    const { messages, outcome } = await done;
    assert.equal(outcome.code, 0);
    assert.deepEqual(
      messages.map(({ infer_response: { id } }) => id),
      Array.from({ length: 100 }, (_, i) => String(i)),
    );
    for (const [i, { error_message: error, infer_response: answer }] of messages.entries()) {
      if (i === 40) assert.equal(error, "Request for unknown model: 'nobody' is not found");
      else if (i === 41) assert.match(error, /^input 'INPUT0' has 0 elements/);
      else {
        assert.equal(error, undefined);
        assert.deepEqual(answer.raw_output_contents.map(int32s), [
          [6, 8],
          [4, 4],
        ]);
        assert.deepEqual(answer.parameters, {
          triton_final_response: { bool_param: true, parameter_choice: 'bool_param' },
        });
      }
    }
  });

  test('with triton_grpc_error the first error ends a stream with its status', async () => {
    const { Metadata } = await import('@grpc/grpc-js');
    const metadata = new Metadata();
    metadata.set('triton_grpc_error', 'true');
    const stream = client.stream('ModelStreamInfer', metadata);
    const done = collected(stream);
    stream.write(sums());
    stream.write(sums({ model_name: 'nobody' }));
    stream.write(sums());
    const { messages, outcome } = await done;
    assert.deepEqual(
      [messages.length, outcome.code, outcome.details],
      [1, STATUS.NOT_FOUND, "Request for unknown model: 'nobody' is not found"],
    );
  });

  test('a stream is answered while it is open, and ends when it is half-closed', async () => {
    const stream = client.stream('ModelStreamInfer');
    for (const id of ['a', 'b']) {
      const answer = nextOf(stream);
      stream.write(sums({ id }));
      assert.equal((await answer).infer_response.id, id);
    }
    const done = collected(stream);
    stream.end();
    assert.equal((await done).outcome.code, 0);
  });

  test('a stream whose answers nobody reads does not grow: reading stops too', async () => {
    const stream = client.stream('ModelStreamInfer');
    stream.pause();
    const data = new Uint8Array(1024 * 1024);
    const count = 40;
    for (let i = 0; i < count; i++) {
      stream.write({
        model_name: 'UINT8',
        id: String(i),
        inputs: [{ name: 'input', datatype: 'UINT8', shape: [data.length] }],
        raw_input_contents: [data],
      });
    }
    stream.end();
    const { messages, outcome } = await collected(stream);
    assert.equal(outcome.code, 0);
    assert.deepEqual(
      messages.map(({ infer_response: { id } }) => Number(id)),
      [...new Array(count).keys()],
    );
  });

  test('the repository is listed as over REST; models leave and come back', async () => {
    const rest = (await server.get('/v2/repository/index')).json;
    const { models } = await client.call('RepositoryIndex');
    assert.deepEqual(
      models,
      rest.map((entry: object) => entry),
    );
    const ready = await client.call('RepositoryIndex', { ready: true });
    assert.ok(
      ready.models.length > 0 && ready.models.every(({ name }: { name: string }) => name !== 'broken'),
    );

    assert.deepEqual(
      await client.call('RepositoryModelUnload', {
        model_name: 'scalar',
        parameters: { unload_dependents: { bool_param: false } },
      }),
      {},
    );
    assert.deepEqual(await client.call('RepositoryModelLoad', { model_name: 'scalar' }), {});
    assert.deepEqual(await client.call('ModelReady', { name: 'scalar' }), { ready: true });
    const config = { config: { string_param: '{"max_batch_sise": 1}' } };
    assert.equal(
      (await client.fail('RepositoryModelLoad', { model_name: 'scalar', parameters: config })).code,
      STATUS.INVALID_ARGUMENT,
    );
    assert.equal((await client.fail('RepositoryModelLoad', { model_name: 'nobody' })).code, STATUS.NOT_FOUND);
    const failed = await client.fail('RepositoryModelLoad', { model_name: 'broken' });
    assert.deepEqual([failed.code, /^load failed for model 'broken'/.test(failed.details)], [3, true]);
    assert.equal((await client.fail('RepositoryIndex', { repository_name: 'x' })).code, STATUS.UNIMPLEMENTED);
  });

  test("KServe's form of load and unload has the model's name first and is answered in kind", async () => {
    const form = { repository_name: 'scalar' };
    assert.deepEqual(await client.call('RepositoryModelUnload', form), {
      model_name: 'scalar',
      isUnloaded: true,
    });
    assert.deepEqual(await client.call('RepositoryModelLoad', form), {
      model_name: 'scalar',
      isLoaded: true,
    });
    assert.equal(
      (await client.fail('RepositoryModelLoad', { repository_name: 'nobody' })).code,
      STATUS.NOT_FOUND,
    );
  });

  test('the repository service of MLServer does the same', async () => {
    const other = grpcClient(server.grpcPort, 'inference.model_repository.ModelRepositoryService');
    try {
      assert.deepEqual(await other.call('RepositoryIndex'), await client.call('RepositoryIndex'));
      assert.deepEqual(await other.call('RepositoryModelLoad', { model_name: 'sums' }), {});
    } finally {
      other.close();
    }
  });

  test('health: a service is serving when the server is ready, an unknown one is not found', async () => {
    const health = grpcClient(server.grpcPort, 'grpc.health.v1.Health');
    try {
      for (const service of ['', 'inference.GRPCInferenceService']) {
        assert.deepEqual(await health.call('Check', { service }), { status: 'NOT_SERVING' }, 'one is broken');
      }
      assert.equal((await health.fail('Check', { service: 'x' })).code, STATUS.NOT_FOUND);
      const watch = health.raw.Watch({ service: 'x' });
      assert.deepEqual(await nextOf(watch), { status: 'SERVICE_UNKNOWN' });
      watch.on('error', () => {});
      watch.cancel();
    } finally {
      health.close();
    }
  });

  test('methods that are not there are named', async () => {
    const { makeClientConstructor, credentials } = await import('@grpc/grpc-js');
    const echo = (bytes: Buffer): Buffer => bytes;
    const ask = (path: string): Promise<{ code: number; details: string }> => {
      const method = {
        path,
        requestStream: false,
        responseStream: false,
        requestSerialize: echo,
        requestDeserialize: echo,
        responseSerialize: echo,
        responseDeserialize: echo,
      };
      const Client = makeClientConstructor({ ask: method }, 'x');
      const stranger = new Client(`127.0.0.1:${server.grpcPort}`, credentials.createInsecure());
      return new Promise((resolve) => {
        stranger['ask']?.(Buffer.alloc(0), (error: { code: number; details: string }) => {
          stranger.close();
          resolve(error);
        });
      });
    };
    const method = await ask('/inference.GRPCInferenceService/ModelDream');
    assert.deepEqual(
      [method.code, method.details],
      [STATUS.UNIMPLEMENTED, "the service inference.GRPCInferenceService has no method 'ModelDream'"],
    );
    const service = await ask('/x.Y/Z');
    assert.deepEqual([service.code, service.details], [STATUS.UNIMPLEMENTED, 'there is no method /x.Y/Z']);
  });
});
