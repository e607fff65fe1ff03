/** The memory of large requests is used for the next ones: none may see another's bytes. */
import assert from 'node:assert/strict';
import { type IncomingMessage, request } from 'node:http';
import { after, before, describe, test } from 'node:test';
import { answeredOutputs, binaryBody, postBytes } from '../support/binary.js';
import { type GrpcClient, grpcClient } from '../support/grpc-client.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';

const folder = modelDirectory(after);

/** Around the sizes at which memory is kept, grows, and is moved; some are no multiple of an element or of a page. */
const SIZES = [1000, 16_383, 65_532, 65_536, 100_004, 602_112, 1_048_576, 3_000_004];
const REQUESTS = 48;
const AT_A_TIME = 6;

/** So many bytes that no other request has. */
function bytesOf(size: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) bytes[i] = (i * 31 + seed * 17 + (i >> 8)) & 0xff;
  return bytes;
}

/** Each number once, in an order that mixes large and small. */
const order = Array.from({ length: REQUESTS }, (_, i) => ({
  size: SIZES[(i * 5) % SIZES.length] ?? 1000,
  seed: i,
}));

describe('memory that is used again', () => {
  const end = atEnd(after);
  let server: TestServer;
  let client: GrpcClient;

  before(async () => {
    const model = offerOf({ name: 'echo', path: writeModel(folder, 'echo.onnx', identityModel('UINT8')) });
    const settings = settingsOf([model], { grpc: GRPC });
    const rest = { ...settings.rest, maxBodyBytes: 64 * 1024 * 1024 };
    server = await serve(end, { ...settings, rest });
    client = grpcClient(server.grpcPort);
    end(() => client.close());
  });

  async function overRest(data: Uint8Array): Promise<Uint8Array | undefined> {
    const parameters = { binary_data_size: data.length };
    const { body, jsonBytes } = binaryBody(
      {
        inputs: [{ name: 'input', datatype: 'UINT8', shape: [data.length], parameters }],
        parameters: { binary_data_output: true },
      },
      data,
    );
    const headers = { 'Inference-Header-Content-Length': String(jsonBytes) };
    const reply = await postBytes(server.port, '/v2/models/echo/infer', body, headers);
    assert.equal(reply.status, 200);
    return answeredOutputs(reply)[0]?.bytes;
  }

  async function overGrpc(data: Uint8Array): Promise<Uint8Array> {
    const inputs = [{ name: 'input', datatype: 'UINT8', shape: [data.length] }];
    const answer = await client.call('ModelInfer', {
      model_name: 'echo',
      inputs,
      raw_input_contents: [Buffer.from(data)],
    });
    return answer.raw_output_contents[0];
  }

  for (const [name, ask] of [['REST', overRest] as const, ['gRPC', overGrpc] as const]) {
    test(`every answer over ${name} is that of its own request`, async () => {
      const left = [...order];
      const askOneByOne = async (): Promise<void> => {
        for (let next = left.shift(); next !== undefined; next = left.shift()) {
          const data = bytesOf(next.size, next.seed);
          const answered = await ask(data);
          assert.ok(answered !== undefined && Buffer.from(answered).equals(data), JSON.stringify(next));
        }
      };
      await Promise.all(Array.from({ length: AT_A_TIME }, askOneByOne));
    });
  }

  test('an answer is whole however late its reader comes', async () => {
    // More than the sockets hold between them.
    const data = bytesOf(32 * 1024 * 1024, 1);
    const headers = {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': '0',
    };
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      const options = { port: server.port, path: '/v2/models/echo/infer', method: 'POST', headers };
      request(options, resolve).on('error', reject).end(data);
    });
    for (let turn = 0; turn < 50; turn++) await overRest(bytesOf(100_000, turn));
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    assert.ok(body.includes(Buffer.from(data)));
  });
});
