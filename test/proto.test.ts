/** The generated code says what proto/ says: nobody forgot scripts/proto.mjs. */
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type DescFile, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import { loadSync } from '@grpc/proto-loader';
import { file_health } from '#protocol/grpc/gen/health_pb.js';
import { file_model_config } from '#protocol/grpc/gen/model_config_pb.js';
import { file_model_repository } from '#protocol/grpc/gen/model_repository_pb.js';
import { file_open_inference_grpc } from '#protocol/grpc/gen/open_inference_grpc_pb.js';
import { file_reflection } from '#protocol/grpc/gen/reflection_pb.js';
import { repositoryRoot } from './support/places.js';

const folder = join(repositoryRoot, 'proto');
const generated: readonly DescFile[] = [
  file_health,
  file_model_config,
  file_model_repository,
  file_open_inference_grpc,
  file_reflection,
];

test('every .proto file has its code', () => {
  assert.deepEqual(
    readdirSync(folder).sort(),
    generated.map(({ proto }) => proto.name),
  );
});

/** Every field of every message as `package.Message.field = 1: type`, and every method with its types. */
function facts(files: readonly ReturnType<typeof descriptor>[]): readonly string[] {
  const lines = new Set<string>();
  const take = (scope: string, message: Message): void => {
    const name = `${scope}.${mapless(message.name)}`;
    for (const field of message.field) {
      const type = mapless(field.typeName.split('.').at(-1) ?? '');
      lines.add(`${name}.${snake(field.name)} = ${field.number}: ${field.label} ${field.type} ${type}`);
    }
    for (const nested of message.nestedType) take(name, nested);
    for (const { name: word, value } of message.enumType)
      for (const each of value) lines.add(`${word}.${each.name} = ${each.number}`);
  };
  for (const file of files) for (const message of file.messageType) take(file.package, message);
  return [...lines].sort();
}

type Message = ReturnType<typeof descriptor>['messageType'][number];

function descriptor(bytes: Uint8Array): ReturnType<typeof fromBinary<typeof FileDescriptorProtoSchema>> {
  return fromBinary(FileDescriptorProtoSchema, bytes);
}

/** What stands behind a map is called MetricTagsEntry by one compiler and Metric_tags by the other. */
function mapless(name: string): string {
  return name.replace(/Entry$/, '').replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

/** protobufjs writes the fields of its own loader's files in camel case, or not, as it likes. */
function snake(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

test('fields and their numbers are those of the .proto files', () => {
  const definition = loadSync(readdirSync(folder), { includeDirs: [folder], keepCase: true });
  const parsed = Object.values(definition).flatMap(
    (each) => (each as { readonly fileDescriptorProtos?: readonly Buffer[] }).fileDescriptorProtos ?? [],
  );
  const expected = facts(parsed.map((bytes) => descriptor(bytes)));
  const found = facts(generated.map(({ proto }) => descriptor(toBinary(FileDescriptorProtoSchema, proto))));
  assert.ok(found.length > 80, `${found.length} facts`);
  assert.deepEqual(found, expected);
});
