import assert from 'node:assert/strict';
import { test } from 'node:test';
import { create, fromBinary, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { RpcCall } from '#protocol/exchange.js';
import { file_model_repository } from './gen/model_repository_pb.js';
import { file_open_inference_grpc } from './gen/open_inference_grpc_pb.js';
import {
  ServerReflectionRequestSchema,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from './gen/reflection_pb.js';
import { reflectionMethods } from './reflection.js';

const methods = reflectionMethods([file_open_inference_grpc, file_model_repository]);
const call: RpcCall = {
  signal: new AbortController().signal,
  deadline: null,
  receivedAt: 0,
  header: () => undefined,
};

async function ask(
  question: NonNullable<MessageInitShape<typeof ServerReflectionRequestSchema>['messageRequest']>,
): Promise<ServerReflectionResponse['messageResponse']> {
  const [method] = methods;
  assert.ok(method?.kind === 'stream');
  async function* requests(): AsyncGenerator<Uint8Array> {
    yield toBinary(
      ServerReflectionRequestSchema,
      create(ServerReflectionRequestSchema, { messageRequest: question }),
    );
  }
  for await (const answer of method.handle(requests(), call)) {
    return fromBinary(ServerReflectionResponseSchema, new Uint8Array(Buffer.concat(answer))).messageResponse;
  }
  return assert.fail('no answer');
}

async function filesFor(symbol: string): Promise<readonly string[]> {
  const { case: kind, value } = await ask({ case: 'fileContainingSymbol', value: symbol });
  assert.ok(kind === 'fileDescriptorResponse', `${symbol}: ${kind}`);
  return value.fileDescriptorProto.map((bytes) => fromBinary(FileDescriptorProtoSchema, bytes).name);
}

test('it is served under both names', () => {
  assert.deepEqual(
    methods.map(({ path }) => path),
    [
      '/grpc.reflection.v1.ServerReflection/ServerReflectionInfo',
      '/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo',
    ],
  );
});

test('services are listed', async () => {
  const { case: kind, value } = await ask({ case: 'listServices', value: '' });
  assert.ok(kind === 'listServicesResponse');
  assert.deepEqual(
    value.service.map(({ name }) => name),
    [
      'inference.GRPCInferenceService',
      'inference.model_repository.ModelRepositoryService',
      'grpc.reflection.v1.ServerReflection',
      'grpc.reflection.v1alpha.ServerReflection',
    ],
  );
});

const symbols: [symbol: string, files: string[]][] = [
  ['inference.GRPCInferenceService', ['open_inference_grpc.proto']],
  ['inference.GRPCInferenceService.ModelInfer', ['open_inference_grpc.proto']],
  ['inference.ModelInferRequest.InferInputTensor', ['open_inference_grpc.proto']],
  [
    'inference.model_repository.ModelRepositoryService',
    ['model_repository.proto', 'open_inference_grpc.proto'],
  ],
  ['grpc.reflection.v1alpha.ServerReflectionRequest', ['reflection_v1alpha.proto']],
];

for (const [symbol, files] of symbols) {
  test(`${symbol} is found, with what its file imports`, async () =>
    assert.deepEqual(await filesFor(symbol), files));
}

test('what is not there is said', async () => {
  for (const question of [
    { case: 'fileContainingSymbol', value: 'x.Y' },
    { case: 'fileByFilename', value: 'x.proto' },
  ] as const) {
    const { case: kind, value } = await ask(question);
    assert.ok(kind === 'errorResponse');
    assert.equal(value.errorCode, 5);
  }
});
