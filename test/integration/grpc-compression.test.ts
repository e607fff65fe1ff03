/** Answers over gRPC are compressed where the server is told so and the caller takes it. */
import assert from 'node:assert/strict';
import { connect } from 'node:http2';
import { after, test } from 'node:test';
import { chunk, frame, varint } from '../support/grpc-bytes.js';
import { collected, grpcClient } from '../support/grpc-client.js';
import { identityModel, modelDirectory, writeModel } from '../support/onnx-models.js';
import { serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf, type TestServer } from '../support/server.js';

const path = writeModel(modelDirectory(after), 'same.onnx', identityModel('UINT8'));
const data = Buffer.alloc(100_000, 7);
const request = (bytes: Uint8Array): object => ({
  model_name: 'same',
  inputs: [{ name: 'input', datatype: 'UINT8', shape: [bytes.length] }],
  raw_input_contents: [bytes],
});

const server: TestServer = await serve(
  after,
  settingsOf([offerOf({ name: 'same', path })], { grpc: { ...GRPC, responseCompression: 'low' } }),
);
const client = grpcClient(server.grpcPort);
after(() => client.close());

test("gRPC's own client reads compressed answers, large and small, alone and in a stream", async () => {
  for (const bytes of [data, Buffer.of(1, 2, 3)]) {
    const answer = await client.call('ModelInfer', request(bytes));
    assert.deepEqual(answer.raw_output_contents[0], bytes);
  }
  const stream = client.stream('ModelStreamInfer');
  for (const bytes of [data, Buffer.of(1), data]) stream.write(request(bytes));
  stream.end();
  const answers = await collected(stream);
  assert.deepEqual(
    answers.messages.map((each) => each.infer_response.raw_output_contents[0].length),
    [100_000, 1, 100_000],
  );
});

/** What a raw HTTP/2 client gets: the encoding that is told, the flag of the message, and how long the body is. */
async function look(
  accepted: string | null,
): Promise<[encoding: string | undefined, flag: number, bytes: number]> {
  // ModelInferRequest: model_name, one input of 3000 bytes, raw.
  const input = [chunk(1, Buffer.from('input')), chunk(2, Buffer.from('UINT8')), chunk(3, varint(3000))];
  const message = Buffer.concat([
    chunk(1, Buffer.from('same')),
    chunk(5, Buffer.concat(input)),
    chunk(7, Buffer.alloc(3000)),
  ]);
  const session = connect(`http://127.0.0.1:${server.grpcPort}`);
  const stream = session.request({
    ':method': 'POST',
    ':path': '/inference.GRPCInferenceService/ModelInfer',
    'content-type': 'application/grpc',
    te: 'trailers',
    ...(accepted !== null && { 'grpc-accept-encoding': accepted }),
  });
  let encoding: string | undefined;
  const chunks: Buffer[] = [];
  stream.on('response', (headers) => {
    encoding = headers['grpc-encoding']?.toString();
  });
  stream.on('data', (piece: Buffer) => chunks.push(piece));
  stream.end(frame(message));
  await new Promise((resolve) => stream.on('close', resolve));
  session.close();
  const body = Buffer.concat(chunks);
  return [encoding, body[0] ?? -1, body.length];
}

test('the headers and the flag say how an answer travels', async () => {
  const [encoding, flag, bytes] = await look('identity,deflate,gzip');
  assert.deepEqual([encoding, flag], ['gzip', 1]);
  assert.ok(bytes < 300, `${bytes} bytes`);
  for (const accepted of [null, 'identity']) {
    const [plain, none, whole] = await look(accepted);
    assert.deepEqual([plain, none], [undefined, 0]);
    assert.ok(whole > 3000, `${whole} bytes`);
  }
});
