import { create, type DescFile, type DescMessage, fromBinary, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorProtoSchema } from '@bufbuild/protobuf/wkt';
import type { RpcMethod } from '#protocol/exchange.js';
import {
  file_reflection,
  ServerReflection,
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionResponseSchema,
} from './gen/reflection_pb.js';
import { streaming } from './methods.js';
import { GRPC_STATUS } from './status.js';

const V1 = 'grpc.reflection.v1';
const V1ALPHA = 'grpc.reflection.v1alpha';

/** A file as a client gets it. */
interface ProtoFile {
  readonly name: string;
  readonly imports: readonly string[];
  readonly bytes: Uint8Array;
  /** Full names of what it defines. */
  readonly symbols: readonly string[];
  readonly services: readonly string[];
}

/** gRPC's server reflection over these files and its own, under its present name and the one before. */
export function reflectionMethods(files: readonly DescFile[]): readonly RpcMethod[] {
  const own = fileOf(file_reflection);
  const known = [...files.map(fileOf), own, alpha(own)];
  const method = streaming(
    ServerReflection.method.serverReflectionInfo,
    'metadata',
    async function* (requests) {
      for await (const request of requests) yield answer(request, known);
    },
  );
  return [method, { ...method, path: method.path.replace(V1, V1ALPHA) }];
}

function answer(request: ServerReflectionRequest, files: readonly ProtoFile[]): ServerReflectionResponse {
  const respond = (messageResponse: ServerReflectionResponse['messageResponse']): ServerReflectionResponse =>
    create(ServerReflectionResponseSchema, {
      validHost: request.host,
      originalRequest: request,
      messageResponse,
    });
  const fail = (errorCode: number, errorMessage: string): ServerReflectionResponse =>
    respond({
      case: 'errorResponse',
      value: { $typeName: 'grpc.reflection.v1.ErrorResponse', errorCode, errorMessage },
    });
  const file = (found: ProtoFile | undefined, what: string): ServerReflectionResponse =>
    found === undefined
      ? fail(GRPC_STATUS.NOT_FOUND, `there is no ${what} here`)
      : respond({
          case: 'fileDescriptorResponse',
          value: {
            $typeName: 'grpc.reflection.v1.FileDescriptorResponse',
            fileDescriptorProto: [...withImports(found, files)].map(({ bytes }) => bytes),
          },
        });
  const { case: kind, value } = request.messageRequest;
  switch (kind) {
    case 'listServices': {
      const service = files
        .flatMap(({ services }) => services)
        .map((name) => ({ $typeName: 'grpc.reflection.v1.ServiceResponse' as const, name }));
      return respond({
        case: 'listServicesResponse',
        value: { $typeName: 'grpc.reflection.v1.ListServiceResponse', service },
      });
    }
    case 'fileByFilename':
      return file(
        files.find(({ name }) => name === value),
        `file ${value}`,
      );
    case 'fileContainingSymbol':
      return file(
        files.find(({ symbols }) => symbols.includes(value)),
        `symbol ${value}`,
      );
    case 'fileContainingExtension':
      return fail(GRPC_STATUS.NOT_FOUND, 'there are no extensions here');
    case 'allExtensionNumbersOfType':
      return respond({
        case: 'allExtensionNumbersResponse',
        value: {
          $typeName: 'grpc.reflection.v1.ExtensionNumberResponse',
          baseTypeName: value,
          extensionNumber: [],
        },
      });
    default:
      return fail(GRPC_STATUS.INVALID_ARGUMENT, 'the request asks for nothing that this server knows');
  }
}

function withImports(
  file: ProtoFile,
  files: readonly ProtoFile[],
  found: Set<ProtoFile> = new Set(),
): Set<ProtoFile> {
  found.add(file);
  for (const each of files) {
    if (file.imports.includes(each.name) && !found.has(each)) withImports(each, files, found);
  }
  return found;
}

function fileOf({ proto, messages, enums, services }: DescFile): ProtoFile {
  return {
    name: proto.name,
    imports: proto.dependency,
    bytes: toBinary(FileDescriptorProtoSchema, proto),
    symbols: [
      ...messages.flatMap(symbolsOf),
      ...enums.map(({ typeName }) => typeName),
      ...services.flatMap(({ typeName, methods }) => [
        typeName,
        ...methods.map(({ name }) => `${typeName}.${name}`),
      ]),
    ],
    services: services.map(({ typeName }) => typeName),
  };
}

function symbolsOf(message: DescMessage): readonly string[] {
  return [
    message.typeName,
    ...message.fields.map(({ name }) => `${message.typeName}.${name}`),
    ...message.oneofs.map(({ name }) => `${message.typeName}.${name}`),
    ...message.nestedEnums.map(({ typeName }) => typeName),
    ...message.nestedMessages.flatMap(symbolsOf),
  ];
}

/** The same file under the package's name before it was called stable. */
function alpha(file: ProtoFile): ProtoFile {
  const proto = fromBinary(FileDescriptorProtoSchema, file.bytes);
  proto.name = proto.name.replace('reflection', 'reflection_v1alpha');
  proto.package = V1ALPHA;
  const rename = (name: string): string => name.replace(V1, V1ALPHA);
  for (const { field } of proto.messageType) for (const each of field) each.typeName = rename(each.typeName);
  for (const { method } of proto.service) {
    for (const each of method) {
      each.inputType = rename(each.inputType);
      each.outputType = rename(each.outputType);
    }
  }
  return {
    name: proto.name,
    imports: [],
    bytes: toBinary(FileDescriptorProtoSchema, proto),
    symbols: file.symbols.map(rename),
    services: file.services.map(rename),
  };
}
