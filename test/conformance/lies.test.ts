/**
 * Requests that lie about their own lengths, over real sockets: the right sentence, no memory for what is only claimed,
 * and the next request works. What else can be wrong with a body or a stream is in test/integration: bad-requests,
 * compression (with its bomb) and grpc-frames (with another).
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { credentials, makeClientConstructor } from '@grpc/grpc-js';
import { postBytes } from '../support/binary.js';
import { statusOf } from '../support/error-statuses.js';
import { chunk, varint } from '../support/grpc-bytes.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';

const MIB = 1024 * 1024;
const folder = modelDirectory(after);
const { http: HTTP, grpc: RPC } = statusOf('INVALID_ARGUMENT');
const INFER = '/v2/models/bytes/infer';

const GOOD =
  '{"inputs":[{"name":"input","datatype":"UINT8","shape":[2],"parameters":{"binary_data_size":2}}]}';

/** JSON for one binary input, and two bytes. */
const sized = (size: string, shape = '2', datatype = 'UINT8'): string =>
  `{"inputs":[{"name":"input","datatype":"${datatype}","shape":[${shape}],"parameters":{"binary_data_size":${size}}}]}`;

const PARAMETER = "'inputs[0].parameters.binary_data_size'";
const SIZE = `${PARAMETER} must be a non-negative integer, but is`;
/** Beyond 2^53, what is lacking is said about. */
const MUCH =
  /^unexpected size for input 'input', expecting \d[\d.e+]{5,} additional bytes for model 'bytes'$/;
const lacking = (bytes: string): string =>
  `unexpected size for input 'input', expecting ${bytes} additional bytes for model 'bytes'`;

/** Sizes of a binary tensor of two bytes. */
const sizes: [written: string, error: string | RegExp][] = [
  ['3', lacking('1')],
  ['4294967298', lacking('4294967296')],
  ['9007199254740993', MUCH],
  ['18446744073709551615', MUCH],
  ['18446744073709551616', `${PARAMETER} must be an integer of at most 64 bits, but is 18446744073709551616`],
  ['1e308', MUCH],
  ['1e400', `${PARAMETER} must be a finite number, but is 1e400`],
  ['-1', `${SIZE} -1`],
  ['-9223372036854775808', `${SIZE} -9223372036854775808`],
  ['1.5', `${SIZE} 1.5`],
  ['"2"', `${SIZE} "2"`],
  ['true', `${SIZE} true`],
  ['NaN', `${PARAMETER} must be a string, a number or a boolean, but is NaN`],
];

const header =
  "the header Inference-Header-Content-Length must be the number of bytes of the request's JSON, but is";
const tooLong = (claimed: string): string =>
  `the header Inference-Header-Content-Length says that the request's JSON has ${claimed} bytes, but the whole body has ${GOOD.length + 2}`;

const headers: [value: string, error: string][] = [
  ['abc', `${header} 'abc'`],
  ['-1', `${header} '-1'`],
  ['1e2', `${header} '1e2'`],
  ['0x5f', `${header} '0x5f'`],
  ['95, 95', `${header} '95, 95'`],
  ['95.0', `${header} '95.0'`],
  ['', `${header} ''`],
  [String(GOOD.length + 3), tooLong(String(GOOD.length + 3))],
  ['9007199254740993', tooLong('9007199254740993')],
  ['18446744073709551616', tooLong('18446744073709551616')],
  ['9'.repeat(100), tooLong(`${'9'.repeat(60)}…`)],
];

/** Shapes that two bytes cannot fill. */
const shapes: [shape: string, datatype: string, expected: string][] = [
  ['4000000000', 'UINT8', '4000000000'],
  ['9007199254740991', 'FP64', '72057594037927928'],
  ['94906266,94906267', 'UINT8', '9007199420969022'],
  ['4294967296,4294967296', 'UINT8', '18446744073709551616'],
  ['2,2147483648,2147483648', 'INT32', '36893488147419103232'],
  ['4503599627370496,4503599627370496,16', 'BYTES', 'at least 1298074214633706907132624082305024'],
];

const text = (field: number, word: string): Buffer => chunk(field, Buffer.from(word));
const MODEL = text(1, 'bytes');
const head = (...shape: readonly (number | bigint)[]): Buffer =>
  Buffer.concat([text(1, 'input'), text(2, 'UINT8'), chunk(3, Buffer.concat(shape.map(varint)))]);
const message = (...fields: readonly Uint8Array[]): Buffer => Buffer.concat([MODEL, ...fields]);
const two = Uint8Array.of(3, 4);

const messages: [what: string, bytes: Buffer, error: string][] = [
  [
    'an input that is longer than the message',
    message(chunk(5, head(2), 1000)),
    'failed to parse the ModelInferRequest: field 5 is 1000 bytes long, but the message ends after 17 at byte 8',
  ],
  [
    'an input of 4 GiB',
    message(chunk(5, head(2), 2 ** 32)),
    'failed to parse the ModelInferRequest: field 5 is more than 4 GiB long, but the message ends after 17 at byte 8',
  ],
  [
    'an input of 2^64-1 bytes',
    message(chunk(5, head(2), -1)),
    'failed to parse the ModelInferRequest: field 5 is more than 4 GiB long, but the message ends after 17 at byte 8',
  ],
  [
    'raw contents that are longer than the message',
    message(chunk(5, head(2)), chunk(7, two, 2 ** 31 - 1)),
    'failed to parse the ModelInferRequest: field 7 is 2147483647 bytes long, but the message ends after 2 at byte 27',
  ],
  [
    'a name that is longer than its input',
    message(chunk(5, chunk(1, Buffer.from('input'), 100))),
    'failed to parse the InferInputTensor: field 1 is 100 bytes long, but the message ends after 5 at byte 1',
  ],
  [
    'typed contents that are longer than their input',
    message(chunk(5, Buffer.concat([head(2), chunk(5, two, 50)]))),
    'failed to parse the InferInputTensor: field 5 is 50 bytes long, but the message ends after 2 at byte 18',
  ],
  [
    'a packed list that is longer than its contents',
    message(chunk(5, Buffer.concat([head(2), chunk(5, chunk(4, two, 9))]))),
    'failed to parse the InferTensorContents: field 4 is 9 bytes long, but the message ends after 2 at byte 1',
  ],
  [
    'a shape that ends inside of a number',
    message(chunk(5, Buffer.concat([text(1, 'input'), text(2, 'UINT8'), chunk(3, Buffer.from([0xff]))]))),
    'failed to parse the shape: the message ends inside of a number at byte 0',
  ],
  [
    'a number of eleven bytes',
    message(
      chunk(
        5,
        Buffer.concat([
          text(1, 'input'),
          text(2, 'UINT8'),
          chunk(3, Buffer.from([...Array(10).fill(0xff), 1])),
        ]),
      ),
    ),
    'failed to parse the shape: a number has more than ten bytes at byte 0',
  ],
  [
    'a group that does not end',
    message(Buffer.from([0x7b, 0x08, 1])),
    'failed to parse the ModelInferRequest: the message ends inside of a group at byte 8',
  ],
  [
    'an axis of 2^63-1',
    message(chunk(5, head(2n ** 63n - 1n)), chunk(7, two)),
    "'inputs[0].shape[0]' must be an integer from 0 to 2^53-1, but is 9223372036854775807",
  ],
  [
    'a shape whose product overflows 64 bits to what is there',
    message(chunk(5, head(2n ** 32n, 2n ** 32n, 2)), chunk(7, two)),
    "input byte size mismatch for input 'input' for model 'bytes'. Expected 36893488147419103232, got 2: its shape is [4294967296,4294967296,2] and its datatype UINT8",
  ],
  [
    'ten million elements in two bytes',
    message(chunk(5, Buffer.concat([head(10_000_000), chunk(5, chunk(4, two))]))),
    "input 'input' has 2 elements but its shape [10000000] needs 10000000",
  ],
];

describe('requests that lie about lengths', () => {
  const end = atEnd(after);
  let server: TestServer;
  let ask: (
    bytes: Buffer,
  ) => Promise<{ readonly code: number; readonly details: string; readonly answer: Buffer }>;
  let heldBefore = 0;

  before(async () => {
    const path = writeModel(folder, 'bytes.onnx', identityModel('UINT8'));
    const settings = settingsOf([offerOf({ name: 'bytes', path })], { grpc: GRPC });
    server = await serve(end, settings);
    const Client = makeClientConstructor(
      {
        infer: {
          path: '/inference.GRPCInferenceService/ModelInfer',
          requestStream: false,
          responseStream: false,
          requestSerialize: (bytes: Buffer) => bytes,
          requestDeserialize: (bytes: Buffer) => bytes,
          responseSerialize: (bytes: Buffer) => bytes,
          responseDeserialize: (bytes: Buffer) => bytes,
        },
      },
      'inference.GRPCInferenceService',
    );
    const client = new Client(`127.0.0.1:${server.grpcPort}`, credentials.createInsecure());
    end(() => client.close());
    ask = (bytes) =>
      new Promise((resolve) =>
        client['infer']?.(bytes, (error: { code: number; details: string } | null, answer: Buffer) =>
          resolve({ code: error?.code ?? 0, details: error?.details ?? '', answer }),
        ),
      );
    await theNextRequestsWork();
    heldBefore = process.memoryUsage().arrayBuffers;
  });

  async function theNextRequestsWork(): Promise<void> {
    const rest = await postBytes(server.port, INFER, Buffer.concat([Buffer.from(GOOD), two]), {
      'inference-header-content-length': String(GOOD.length),
    });
    assert.equal(rest.status, 200, rest.body.toString());
    const { code, details, answer } = await ask(message(chunk(5, head(2)), chunk(7, two)));
    assert.deepEqual([code, details, [...answer.subarray(-2)]], [0, '', [3, 4]]);
  }

  async function isRefused(json: string, jsonBytes: string, error: string | RegExp): Promise<void> {
    const reply = await postBytes(server.port, INFER, Buffer.concat([Buffer.from(json), two]), {
      'inference-header-content-length': jsonBytes,
    });
    const { error: told } = JSON.parse(reply.body.toString());
    if (typeof error === 'string') assert.equal(told, error);
    else assert.match(told, error);
    assert.equal(reply.status, HTTP);
    await nothingIsHeld();
  }

  /** What was claimed would be gigabytes. */
  async function nothingIsHeld(): Promise<void> {
    const held = process.memoryUsage().arrayBuffers - heldBefore;
    assert.ok(held < 16 * MIB, `${held} bytes more than at the beginning`);
    await theNextRequestsWork();
  }

  for (const [written, error] of sizes) {
    test(`a binary_data_size of ${written}`, async () => {
      const json = sized(written);
      await isRefused(json, String(json.length), error);
    });
  }

  for (const [value, error] of headers) {
    test(`the header that says where the JSON ends is '${value.slice(0, 30)}'`, () =>
      isRefused(GOOD, value, error));
  }

  for (const [shape, datatype, expected] of shapes) {
    test(`two bytes of ${datatype} of the shape [${shape}]`, async () => {
      const json = sized('2', shape, datatype);
      const mismatch = `input byte size mismatch for input 'input' for model 'bytes'. Expected ${expected}, got 2`;
      await isRefused(
        json,
        String(json.length),
        `${mismatch}: its shape is [${shape}] and its datatype ${datatype}`,
      );
    });
  }

  for (const [what, bytes, error] of messages) {
    test(`a message with ${what}`, async () => {
      const { code, details } = await ask(bytes);
      assert.deepEqual([details, code], [error, RPC]);
      await nothingIsHeld();
    });
  }
});
