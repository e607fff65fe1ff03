import assert from 'node:assert/strict';
import { truncateSync, unlinkSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { encodeByteStrings } from '#tensor/byte-strings.js';
import { answeredOutputs, binaryBody, postBytes } from '../support/binary.js';
import { collected, type GrpcClient, grpcClient, parameterOf } from '../support/grpc-client.js';
import {
  addSubModel,
  bytesOf,
  identityModel,
  modelDirectory,
  slowModel,
  writeModel,
} from '../support/onnx-models.js';
import { atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';
import { NO_SHARED_MEMORY, type SharedObject, sharedObjects } from '../support/shared-memory.js';

const folder = modelDirectory(after);

/** The three parameters of a tensor, as plain values: each protocol has its own way to write them. */
type Values = Readonly<Record<string, string | number | boolean>>;

interface Input {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly parameters: Values;
}

interface Output {
  readonly name: string;
  readonly parameters?: Values;
}

/** An output of an answer, whichever way it came. */
interface Answered {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly parameters: Values;
}

/** One of the two forms of the protocol. */
interface Form {
  readonly name: string;
  register(region: string, key: string, byteSize: number, offset?: number): Promise<void>;
  unregister(region: string | null): Promise<void>;
  status(region: string | null): Promise<readonly object[]>;
  infer(model: string, inputs: readonly Input[], outputs: readonly Output[]): Promise<readonly Answered[]>;
}

/** How a request failed: its HTTP status or gRPC code, and the sentence. */
class Refused extends Error {
  readonly status: number;
  constructor(status: number, sentence: string) {
    super(sentence);
    this.status = status;
  }
}

function rest(server: () => TestServer): Form {
  const ask = async (path: string, body: unknown): Promise<unknown> => {
    const reply = body === undefined ? await server().get(path) : await server().post(path, body);
    if (reply.status !== 200) throw new Refused(reply.status, reply.json.error);
    return reply.json;
  };
  const at = (region: string | null): string =>
    `/v2/systemsharedmemory${region === null ? '' : `/region/${encodeURIComponent(region)}`}`;
  return {
    name: 'REST',
    register: async (region, key, byteSize, offset) =>
      void (await ask(`${at(region)}/register`, { key, offset, byte_size: byteSize })),
    unregister: async (region) => void (await ask(`${at(region)}/unregister`, '')),
    status: async (region) => (await ask(`${at(region)}/status`, undefined)) as object[],
    infer: async (model, inputs, outputs) =>
      ((await ask(`/v2/models/${model}/infer`, { inputs, outputs })) as { outputs: Answered[] }).outputs,
  };
}

function grpc(client: () => GrpcClient): Form {
  const call: GrpcClient['call'] = (method, request) =>
    client()
      .call(method, request)
      .catch((outcome) => {
        throw new Refused(outcome.code, outcome.details);
      });
  return {
    name: 'gRPC',
    register: (name, key, byteSize, offset = 0) =>
      call('SystemSharedMemoryRegister', { name, key, offset, byte_size: byteSize }),
    unregister: (region) => call('SystemSharedMemoryUnregister', { name: region ?? '' }),
    async status(region) {
      const { regions } = await call('SystemSharedMemoryStatus', { name: region ?? '' });
      return Object.values<Record<string, string>>(regions ?? {}).map(
        ({ name, key, offset, byte_size: size }) => ({
          name,
          key,
          offset: Number(offset ?? 0),
          byte_size: Number(size),
        }),
      );
    },
    async infer(model, inputs, outputs) {
      const answer = await call('ModelInfer', inferMessage(model, inputs, outputs));
      return answeredOver(answer);
    },
  };
}

function inferMessage(model: string, inputs: readonly Input[], outputs: readonly Output[]): object {
  const written = <T extends { readonly parameters?: Values }>(tensor: T): object => ({
    ...tensor,
    parameters: Object.fromEntries(
      Object.entries(tensor.parameters ?? {}).map(([key, value]) => [key, parameterOf(value)]),
    ),
  });
  return { model_name: model, inputs: inputs.map(written), outputs: outputs.map(written) };
}

/** A ModelInferResponse, as far as it is looked at. */
interface GrpcAnswer {
  readonly outputs: readonly {
    readonly name: string;
    readonly datatype: string;
    readonly shape: readonly string[];
    readonly parameters: Record<string, Record<string, string>>;
  }[];
}

function answeredOver(answer: GrpcAnswer): readonly Answered[] {
  return answer.outputs.map(({ name, datatype, shape, parameters }) => ({
    name,
    datatype,
    shape: shape.map(Number),
    parameters: Object.fromEntries(
      Object.entries(parameters).map(([key, { string_param, int64_param }]) => [
        key,
        string_param ?? Number(int64_param),
      ]),
    ),
  }));
}

function window(region: string, byteSize: number, offset?: number): Values {
  return {
    shared_memory_region: region,
    shared_memory_byte_size: byteSize,
    ...(offset !== undefined && { shared_memory_offset: offset }),
  };
}

const int32 = (...values: readonly number[]): Uint8Array => bytesOf(Int32Array.from(values));
const zeros = (count: number): Uint8Array => new Uint8Array(count);

describe('tensors in system shared memory', { skip: NO_SHARED_MEMORY }, () => {
  const end = atEnd(after);
  let server: TestServer;
  let client: GrpcClient;
  let object: (bytes: Uint8Array) => SharedObject;
  const forms = [rest(() => server), grpc(() => client)];

  before(async () => {
    object = sharedObjects(end);
    const model = (name: string, bytes: Uint8Array): ReturnType<typeof offerOf> =>
      offerOf({ name, path: writeModel(folder, `${name}.onnx`, bytes) });
    server = await serve(
      end,
      settingsOf(
        [
          model('sums', addSubModel('INT32', ['batch', 2])),
          model('text', identityModel('BYTES')),
          model('flags', identityModel('BOOL')),
          model('bytes', identityModel('UINT8')),
          model('slow', slowModel()),
          offerOf({
            name: 'npu',
            platform: 'npu',
            path: writeModel(folder, 'npu.onnx', identityModel('UINT8')),
          }),
        ],
        { grpc: GRPC, allowClientShm: true },
      ),
    );
    client = grpcClient(server.grpcPort);
    end(() => client.close());
  });

  const sums = (first: Values, second: Values): readonly Input[] => [
    { name: 'INPUT0', datatype: 'INT32', shape: [1, 2], parameters: first },
    { name: 'INPUT1', datatype: 'INT32', shape: [1, 2], parameters: second },
  ];
  const uint8 = (count: number, parameters: Values): readonly Input[] => [
    { name: 'input', datatype: 'UINT8', shape: [count], parameters },
  ];
  const refusal = (status: number, sentence: RegExp) => (thrown: unknown) => {
    assert.ok(thrown instanceof Refused, String(thrown));
    assert.match(thrown.message, sentence);
    assert.equal(thrown.status, status, thrown.message);
    return true;
  };

  test('/v2 lists the extension', async () => {
    assert.ok((await server.get('/v2')).json.extensions.includes('system_shared_memory'));
  });

  for (const form of forms) {
    describe(`over ${form.name}`, () => {
      /** The status of a fault in this form. */
      const code = (http: number, ofGrpc: number): number => (form.name === 'REST' ? http : ofGrpc);
      const [INVALID, NOT_FOUND, TOO_LARGE] = [code(400, 3), code(404, 5), code(413, 8)];

      /** What an answer says of where an output is: nothing over REST, as in Triton. */
      const told = (values: Values): object => (form.name === 'REST' ? {} : { parameters: values });

      after(() => form.unregister(null));

      test('inputs are read from regions, and outputs are written there', async () => {
        const memory = object(new Uint8Array(Buffer.concat([zeros(4), int32(5, 6, 1, 2), zeros(20)])));
        await form.register('io', memory.key, 36, 4);
        assert.deepEqual(await form.status('io'), [
          { name: 'io', key: memory.key, offset: 4, byte_size: 36 },
        ]);
        const answer = await form.infer('sums', sums(window('io', 8), window('io', 8, 8)), [
          { name: 'OUTPUT1', parameters: window('io', 12, 24) },
          { name: 'OUTPUT0', parameters: window('io', 8, 16) },
        ]);
        const head = { datatype: 'INT32', shape: [1, 2] };
        assert.deepEqual(answer, [
          { name: 'OUTPUT1', ...head, ...told(window('io', 8, 24)) },
          { name: 'OUTPUT0', ...head, ...told(window('io', 8, 16)) },
        ]);
        assert.deepEqual(
          memory.bytes(),
          new Uint8Array(Buffer.concat([zeros(4), int32(5, 6, 1, 2, 6, 8, 4, 4), zeros(4)])),
        );
      });

      test('byte strings have their lengths before them, there and back', async () => {
        const strings = encodeByteStrings([Buffer.from('é'), zeros(0), Buffer.from('text')]);
        const memory = object(new Uint8Array(Buffer.concat([strings, zeros(strings.length)])));
        await form.register('text', memory.key, 2 * strings.length);
        const inputs = [
          { name: 'input', datatype: 'BYTES', shape: [3], parameters: window('text', strings.length) },
        ];
        const output = { name: 'output', parameters: window('text', strings.length, strings.length) };
        const [answer] = await form.infer('text', inputs, [output]);
        assert.deepEqual(answer, {
          name: 'output',
          datatype: 'BYTES',
          shape: [3],
          ...told(output.parameters),
        });
        assert.deepEqual(memory.bytes().subarray(strings.length), strings);
      });

      test('a tensor without elements', async () => {
        await form.register('one', object(zeros(1)).key, 1);
        const outputs = [{ name: 'output', parameters: window('one', 1) }];
        const [answer] = await form.infer('bytes', uint8(0, window('one', 0, 1)), outputs);
        assert.deepEqual(answer, {
          name: 'output',
          datatype: 'UINT8',
          shape: [0],
          ...told(window('one', 0)),
        });
      });

      test('an output may lie where the input was', async () => {
        const memory = object(Uint8Array.of(1, 2, 3));
        await form.register('same', memory.key, 3);
        await form.infer('bytes', uint8(2, window('same', 2, 1)), [
          { name: 'output', parameters: window('same', 2) },
        ]);
        assert.deepEqual([...memory.bytes()], [2, 3, 3]);
      });

      test('registering: what is wrong, and what is taken', async () => {
        const memory = object(zeros(8));
        await form.register('taken', memory.key, 8);
        const again = form.register('taken', memory.key, 8);
        await assert.rejects(
          again,
          refusal(code(400, 6), /^shared memory region 'taken' already in manager/),
        );
        const faults: [key: string, byteSize: number, offset: number, sentence: RegExp][] = [
          [memory.key, 9, 0, /reach beyond the end/],
          [memory.key, 8, 1, /reach beyond the end/],
          [memory.key, Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER, /reach beyond the end/],
          [
            memory.key,
            2 ** 53,
            0,
            /'byte_size' must be an integer from 0 to 2\^53-1, but is 9007199254740992/,
          ],
          [memory.key, 1, 2 ** 53, /'offset' must be an integer from 0 to 2\^53-1/],
          [memory.key, 0, 0, /'byte_size' must be at least 1/],
          [`${memory.key}-not`, 1, 0, /^Unable to open shared memory region: '.*': there is no such/],
          ['/../etc/passwd', 1, 0, /has a slash behind its beginning/],
          ['/triton_python_backend_shm_region_0', 1, 0, /reserved prefix/],
        ];
        for (const [key, byteSize, offset, sentence] of faults) {
          await assert.rejects(form.register('new', key, byteSize, offset), refusal(INVALID, sentence));
        }
        const unknown = form.status('new');
        await assert.rejects(
          unknown,
          refusal(NOT_FOUND, /^Unable to find system shared memory region: 'new'$/),
        );
        await form.unregister('new');
        await form.unregister('taken');
        await form.register('taken', memory.key, 8);
      });

      test('the three parameters: what is wrong with them', async () => {
        const memory = object(zeros(8));
        await form.register('eight', memory.key, 8);
        const faults: [parameters: Values, status: number, sentence: RegExp][] = [
          [window('nine', 8), NOT_FOUND, /^Unable to find shared memory region: 'nine'$/],
          [window('eight', 9), INVALID, /^Invalid offset \+ byte size .*: 9 bytes from byte 0/],
          [window('eight', 8, 1), INVALID, /^Invalid offset \+ byte size .*: 8 bytes from byte 1/],
          [window('eight', 8, 9), INVALID, /^Invalid offset for shared memory region: 'eight': 9 is beyond/],
          [window('eight', 2 ** 53, 1), INVALID, /^Invalid offset \+ byte size .*: 9007199254740992 bytes/],
          [window('eight', 8, 2 ** 53), INVALID, /^Invalid offset .*: 9007199254740992 is beyond/],
          [window('eight', 2 ** 62, 2 ** 62), INVALID, /^Invalid offset .*: 4611686018427\d{6} is beyond/],
          [window('eight', -8), INVALID, /byte_size' must be a non-negative integer, but is -8$/],
          [
            window('eight', 8, -1),
            INVALID,
            /shared_memory_offset' must be a non-negative integer, but is -1$/,
          ],
          [window('eight', 7.5), INVALID, /byte_size' must be a non-negative integer, but is 7\.5$/],
          [{ shared_memory_region: 'eight' }, INVALID, /^'shared_memory_byte_size' must be specified along/],
          [
            { shared_memory_region: 'eight', shared_memory_byte_size: '8' },
            INVALID,
            /shared_memory_byte_size' must be a non-negative integer, but is "8"$/,
          ],
          [
            { shared_memory_region: true, shared_memory_byte_size: 8 },
            INVALID,
            /shared_memory_region' must be a string, but is true$/,
          ],
        ];
        const good = window('eight', 8);
        for (const [parameters, status, sentence] of faults) {
          const input = form.infer('bytes', uint8(8, parameters), []);
          await assert.rejects(input, refusal(status, sentence));
          const output = form.infer('bytes', uint8(8, good), [{ name: 'output', parameters }]);
          await assert.rejects(output, refusal(status, sentence));
        }
      });

      test('the bytes of an input are checked like any other', async () => {
        const memory = object(Uint8Array.of(5, 0, 0, 0, 2, 0, 0, 0));
        await form.register('checked', memory.key, 8);
        const input = (datatype: string, count: number, size: number): readonly Input[] => [
          { name: 'input', datatype, shape: [count], parameters: window('checked', size) },
        ];
        const faults: [model: string, inputs: readonly Input[], status: number, sentence: RegExp][] = [
          ['bytes', input('UINT8', 7, 8), INVALID, /^input byte size mismatch .* Expected 7, got 8/],
          ['text', input('BYTES', 1, 8), INVALID, /^element 0 of input 'input' is 5 bytes long, but/],
          ['flags', input('BOOL', 8, 8), INVALID, /^element 0 of input 'input' is 5, which BOOL \(0\.\.1\)/],
        ];
        for (const [model, inputs, status, sentence] of faults) {
          await assert.rejects(form.infer(model, inputs, []), refusal(status, sentence));
        }
      });

      test('a request may have so much in shared memory as in its body', async () => {
        const mebibyte = 2 ** 20;
        const memory = object(zeros(mebibyte));
        await form.register('large', memory.key, mebibyte);
        // The limit of the tests' server, and one byte more in a second input of the same region.
        const inputs = [
          ...uint8(mebibyte, window('large', mebibyte)),
          { name: 'other', datatype: 'UINT8', shape: [1], parameters: window('large', 1) },
        ];
        const output = { name: 'output', parameters: window('large', mebibyte) };
        const [answer] = await form.infer('bytes', inputs.slice(0, 1), [output]);
        assert.deepEqual(answer?.shape, [mebibyte]);
        const tooMuch = form.infer('bytes', inputs, [output]);
        await assert.rejects(tooMuch, refusal(TOO_LARGE, /have more than 1048576 bytes together/));
      });

      test('an output that does not fit is an error, and nothing is written', async () => {
        const memory = object(int32(5, 6, 1, 2, 0, 0, 0, 0));
        await form.register('small', memory.key, 32);
        const outputs = [
          { name: 'OUTPUT0', parameters: window('small', 8, 16) },
          { name: 'OUTPUT1', parameters: window('small', 7, 24) },
        ];
        const answer = form.infer('sums', sums(window('small', 8), window('small', 8, 8)), outputs);
        const sentence =
          /^shared memory size specified with the request for output 'OUTPUT1' \(7 bytes\) should be at least 8 bytes to hold the results$/;
        await assert.rejects(answer, refusal(INVALID, sentence));
        assert.deepEqual(memory.bytes(), int32(5, 6, 1, 2, 0, 0, 0, 0));
      });

      test('when one of two objects is cut, nothing is written to the other', async () => {
        const [whole, cut] = [object(int32(5, 6, 1, 2, 0, 0)), object(zeros(8))];
        await form.register('whole', whole.key, 24);
        await form.register('cut-later', cut.key, 8);
        truncateSync(cut.path, 7);
        const answer = form.infer('sums', sums(window('whole', 8), window('whole', 8, 8)), [
          { name: 'OUTPUT0', parameters: window('whole', 8, 16) },
          { name: 'OUTPUT1', parameters: window('cut-later', 8) },
        ]);
        await assert.rejects(
          answer,
          refusal(INVALID, /^shared memory region 'cut-later' has become shorter/),
        );
        assert.deepEqual(whole.bytes(), int32(5, 6, 1, 2, 0, 0));
        assert.equal(cut.bytes().length, 7);
      });

      for (const [name, value] of Object.entries({ classification: 1, binary_data: true })) {
        test(`an output in shared memory cannot be asked for with ${name}`, async () => {
          await form.register(name, object(zeros(8)).key, 8);
          const parameters = { ...window(name, 8), [name]: value };
          const answer = form.infer('bytes', uint8(8, window(name, 8)), [{ name: 'output', parameters }]);
          const sentence = `^Output can't set both 'shared_memory_region' and '${name}', at 'outputs\\[0\\]`;
          await assert.rejects(answer, refusal(INVALID, new RegExp(sentence)));
        });
      }

      test('an object that is cut is an error; one that is removed goes on working', async () => {
        const memory = object(Uint8Array.of(1, 2, 3, 4));
        await form.register('cut', memory.key, 4);
        const ask = (): Promise<unknown> =>
          form.infer('bytes', uint8(2, window('cut', 2)), [
            { name: 'output', parameters: window('cut', 2, 2) },
          ]);
        truncateSync(memory.path, 2);
        const ofOutput = /^shared memory region 'cut' has become shorter: .* 2 bytes now, .* byte 4$/;
        await assert.rejects(ask(), refusal(INVALID, ofOutput));
        truncateSync(memory.path, 0);
        await assert.rejects(
          ask(),
          refusal(INVALID, /has 0 bytes now, but the tensor needs it up to byte 2$/),
        );
        const gone = object(Uint8Array.of(1, 2, 0, 0));
        await form.register('gone', gone.key, 4);
        unlinkSync(gone.path);
        await form.infer('bytes', uint8(2, window('gone', 2)), [
          { name: 'output', parameters: window('gone', 2, 2) },
        ]);
        const outputs = [{ name: 'output', parameters: window('gone', 2) }];
        await form.infer('bytes', uint8(2, window('gone', 2, 2)), outputs);
      });

      test('a region that is unregistered while the model runs gets nothing', async () => {
        const memory = object(new Uint8Array(Buffer.concat([bytesOf(BigInt64Array.of(2000n)), zeros(4)])));
        await form.register('leaves', memory.key, 12);
        const inputs = [
          { name: 'iterations', datatype: 'INT64', shape: [1], parameters: window('leaves', 8) },
        ];
        const answer = form.infer('slow', inputs, [{ name: 'y', parameters: window('leaves', 4, 8) }]);
        const settled = assert.rejects(
          answer,
          refusal(NOT_FOUND, /^Unable to find shared memory region: 'leaves': it was unregistered while/),
        );
        await server.inside(1);
        await form.unregister('leaves');
        const other = object(zeros(12));
        await form.register('leaves', other.key, 12);
        await settled;
        assert.deepEqual([memory.bytes().subarray(8), other.bytes()], [zeros(4), zeros(12)]);
      });
    });
  }

  test('regions are the same ones over both forms', async () => {
    const [first, second] = forms;
    const memory = object(zeros(4));
    await first?.register('both', memory.key, 4);
    assert.deepEqual(await second?.status('both'), await first?.status('both'));
    await second?.unregister(null);
    assert.deepEqual(await first?.status(null), []);
  });

  test('REST: in the JSON, behind it and in shared memory, side by side', async () => {
    const memory = object(int32(5, 6, 0, 0));
    await forms[0]?.register('mixed', memory.key, 16);
    const head = { datatype: 'INT32', shape: [1, 2] };
    const { body, jsonBytes } = binaryBody(
      {
        parameters: { binary_data_output: true },
        inputs: [
          { name: 'INPUT0', ...head, parameters: window('mixed', 8) },
          { name: 'INPUT1', ...head, parameters: { binary_data_size: 8 } },
        ],
        outputs: [
          { name: 'OUTPUT0', parameters: { ...window('mixed', 8, 8), binary_data: false } },
          { name: 'OUTPUT1' },
        ],
      },
      int32(1, 2),
    );
    const reply = await postBytes(server.port, '/v2/models/sums/infer', body, {
      'inference-header-content-length': String(jsonBytes),
    });
    assert.equal(reply.status, 200, reply.body.toString());
    assert.deepEqual(answeredOutputs(reply), [
      { name: 'OUTPUT0', ...head },
      { name: 'OUTPUT1', ...head, parameters: { binary_data_size: 8 }, bytes: int32(4, 4) },
    ]);
    assert.deepEqual(memory.bytes(), int32(5, 6, 6, 8));
  });

  test('REST: the Furiosa dialect has every key of an output but its data', async () => {
    const memory = object(Uint8Array.of(1, 2, 0, 0));
    await forms[0]?.register('npu', memory.key, 4);
    const { text } = await server.post('/v2/models/npu/infer', {
      inputs: uint8(2, window('npu', 2)),
      outputs: [{ name: '0', parameters: window('npu', 2, 2) }],
    });
    assert.equal(
      text,
      '{"model_name":"npu","model_version":"1","id":null,"parameters":null,"outputs":[{"name":"0","shape":[2],"datatype":"UINT8",' +
        '"parameters":null}]}',
    );
    assert.deepEqual([...memory.bytes()], [1, 2, 1, 2]);
  });

  test('REST: an input has its bytes in one place', async () => {
    await forms[0]?.register('place', object(zeros(2)).key, 2);
    const sources: [extra: object, sentence: RegExp][] = [
      [{ data: [1, 2] }, /But set 'data' 'shared_memory_region', at 'inputs\[0\]'$/],
      [
        { data: [1, 2], parameters: { ...window('place', 2), binary_data_size: 2 } },
        /But set 'data' 'binary_data_size' 'shared_memory_region', at 'inputs\[0\]'$/,
      ],
      [
        { parameters: { ...window('place', 2), binary_data_size: 2 } },
        /But set 'binary_data_size' 'shared_memory_region', at 'inputs\[0\]'$/,
      ],
      [
        { datatype: 'BYTES', parameters: { ...window('place', 2), content_type: 'base64' } },
        /is binary data, which is never base64$/,
      ],
    ];
    for (const [extra, sentence] of sources) {
      const [input] = uint8(2, window('place', 2));
      const reply = await server.post('/v2/models/bytes/infer', { inputs: [{ ...input, ...extra }] });
      assert.equal(reply.status, 400);
      assert.match(reply.json.error, sentence);
    }
  });

  test('gRPC: inputs in shared memory have no raw element, and outputs there an empty one', async () => {
    const memory = object(int32(5, 6, 0, 0));
    await forms[1]?.register('raw', memory.key, 16);
    const request = {
      ...inferMessage('sums', sums(window('raw', 8), {}), [
        { name: 'OUTPUT0', parameters: window('raw', 8, 8) },
        { name: 'OUTPUT1' },
      ]),
      raw_input_contents: [int32(1, 2)],
    };
    const answer = await client.call('ModelInfer', request);
    assert.deepEqual(answer.raw_output_contents.map(Buffer.from), [
      Buffer.alloc(0),
      Buffer.from(int32(4, 4)),
    ]);
    assert.deepEqual(memory.bytes(), int32(5, 6, 6, 8));
    const two = { ...request, raw_input_contents: [int32(1, 2), int32(1, 2)] };
    const { code, details } = await client.fail('ModelInfer', two);
    assert.equal(code, 3);
    assert.match(details, /^raw_input_contents has 2 elements for 1 inputs .* that are not in shared memory/);
  });

  test('gRPC: typed contents beside shared memory, but not for the same input', async () => {
    const memory = object(int32(5, 6, 0, 0));
    await forms[1]?.register('typed', memory.key, 16);
    const message = inferMessage('sums', sums(window('typed', 8), {}), [
      { name: 'OUTPUT1' },
      { name: 'OUTPUT0', parameters: window('typed', 8, 8) },
    ]) as { inputs: object[] };
    const contents = { int_contents: [1, 2] };
    const [first, second] = message.inputs;
    const answer = await client.call('ModelInfer', {
      ...message,
      inputs: [first, { ...second, contents }],
    });
    assert.deepEqual(answer.raw_output_contents, [Buffer.from(int32(4, 4)), Buffer.alloc(0)]);
    assert.deepEqual(answer.outputs[0].contents.int_contents, [4, 4]);
    assert.deepEqual([answer.outputs[1].name, answer.outputs[1].contents], ['OUTPUT0', undefined]);
    assert.deepEqual(memory.bytes(), int32(5, 6, 6, 8));
    const both = {
      ...message,
      inputs: [
        { ...first, contents },
        { ...second, contents },
      ],
    };
    const { code, details } = await client.fail('ModelInfer', both);
    assert.equal(code, 3);
    assert.match(
      details,
      /^contents field must not be specified when using 'shared_memory_region' for 'INPUT0'/,
    );
  });

  test('gRPC: in a stream, one that fails and one that does not', async () => {
    const memory = object(Uint8Array.of(7, 0));
    await forms[1]?.register('stream', memory.key, 2);
    const outputs = [{ name: 'output', parameters: window('stream', 1, 1) }];
    const stream = client.stream('ModelStreamInfer');
    stream.write({ ...inferMessage('bytes', uint8(1, window('nothing', 1)), outputs), id: 'bad' });
    stream.write({ ...inferMessage('bytes', uint8(1, window('stream', 1)), outputs), id: 'good' });
    stream.end();
    const { messages, outcome } = await collected(stream);
    assert.equal(outcome.code, 0);
    assert.deepEqual(
      messages.map(({ error_message: error, infer_response: { id } }) => [error, id]),
      [
        ["Unable to find shared memory region: 'nothing'", 'bad'],
        [undefined, 'good'],
      ],
    );
    assert.deepEqual([...memory.bytes()], [7, 7]);
  });

  test('CUDA: nothing is registered, and nothing can be', async () => {
    const path = '/v2/cudasharedmemory';
    assert.equal((await server.get(`${path}/status`)).text, '[]');
    assert.equal((await server.post(`${path}/unregister`, '')).text, '{}');
    assert.equal((await server.post(`${path}/region/r/unregister`, '')).text, '{}');
    const unknown = await server.get(`${path}/region/r/status`);
    assert.deepEqual(
      [unknown.status, unknown.json.error],
      [404, "Unable to find cuda shared memory region: 'r'"],
    );
    const handle = { raw_handle: { b64: 'AAAA' }, device_id: 0, byte_size: 1 };
    const { status, json } = await server.post(`${path}/region/r/register`, handle);
    assert.equal(status, 501);
    assert.match(json.error, /^CUDA shared memory is not supported by this server/);
    assert.equal((await client.call('CudaSharedMemoryStatus')).regions, undefined);
    await client.call('CudaSharedMemoryUnregister');
    assert.equal((await client.fail('CudaSharedMemoryStatus', { name: 'r' })).code, 5);
    assert.equal((await client.fail('CudaSharedMemoryRegister', { name: 'r' })).details, json.error);
  });
});

describe('shared memory where it is not allowed', () => {
  const end = atEnd(after);
  let server: TestServer;
  let client: GrpcClient;

  before(async () => {
    const path = writeModel(folder, 'plain.onnx', identityModel('UINT8'));
    server = await serve(end, settingsOf([offerOf({ name: 'bytes', path })], { grpc: GRPC }));
    client = grpcClient(server.grpcPort);
    end(() => client.close());
  });

  const sentence =
    "Client shared memory is disabled. Start the server with '--allow-client-shm=true' to enable.";

  test('/v2 does not list it', async () => {
    assert.deepEqual(
      (await server.get('/v2')).json.extensions.filter((name: string) => name.includes('shared')),
      [],
    );
  });

  test('every route and method says so', async () => {
    for (const kind of ['system', 'cuda']) {
      const paths = ['status', 'region/r/status', 'region/r/register', 'unregister', 'region/r/unregister'];
      for (const rest of paths) {
        const path = `/v2/${kind}sharedmemory/${rest}`;
        const body = { key: '/k', byte_size: 1 };
        const reply = rest.endsWith('status') ? await server.get(path) : await server.post(path, body);
        assert.deepEqual([reply.status, reply.json.error], [501, sentence], path);
      }
      for (const method of ['Status', 'Register', 'Unregister']) {
        const full = `${kind === 'cuda' ? 'Cuda' : 'System'}SharedMemory${method}`;
        const { code, details } = await client.fail(full, { name: 'r', key: '/k', byte_size: 1 });
        assert.deepEqual([code, details], [12, sentence], full);
      }
    }
  });

  test('so does every use of it in a request', async () => {
    const input = { name: 'input', datatype: 'UINT8', shape: [1] };
    const shared = window('r', 1);
    const requests: [input: object, output: Output][] = [
      [{ ...input, parameters: shared }, { name: 'output' }],
      [
        { ...input, data: [1] },
        { name: 'output', parameters: shared },
      ],
    ];
    for (const [first, output] of requests) {
      const reply = await server.post('/v2/models/bytes/infer', { inputs: [first], outputs: [output] });
      assert.deepEqual([reply.status, reply.json.error], [501, sentence]);
    }
    const asInput = inferMessage('bytes', [{ ...input, parameters: shared }], []);
    const asOutput = {
      ...inferMessage('bytes', [{ ...input, parameters: {} }], [{ name: 'output', parameters: shared }]),
      raw_input_contents: [Buffer.from([1])],
    };
    for (const message of [asInput, asOutput]) {
      const { code, details } = await client.fail('ModelInfer', message);
      assert.deepEqual([code, details], [12, sentence]);
    }
  });
});
