/** gRPC's own client for Node, over this repository's .proto files. */
import { join } from 'node:path';
import * as grpc from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { repositoryRoot } from './places.js';

// biome-ignore lint/suspicious/noExplicitAny: what has no type before run time, such as a client made from .proto files or JSON.
export type Loose = any;

const definition = loadSync(
  ['open_inference_grpc.proto', 'model_repository.proto', 'health.proto', 'reflection.proto'],
  {
    includeDirs: [join(repositoryRoot, 'proto')],
    keepCase: true,
    longs: String,
    enums: String,
    oneofs: true,
  },
);
const packages = grpc.loadPackageDefinition(definition) as Loose;

/** How a call ended that did not end well, or one that did. */
export interface Outcome {
  readonly code: number;
  readonly details: string;
  readonly metadata: grpc.Metadata;
}

export interface GrpcClient {
  /** Settles with the answer, or rejects with an Outcome. */
  call(method: string, request?: object, options?: grpc.CallOptions): Promise<Loose>;
  /** The outcome of a call that must fail. */
  fail(method: string, request?: object, options?: grpc.CallOptions): Promise<Outcome>;
  /** A stream of GRPCInferenceService, or of the service that a dotted method names. */
  stream(method: string, metadata?: grpc.Metadata): Loose;
  readonly raw: Loose;
  close(): void;
}

const OPTIONS = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };

/** A client of one of the services: its name within its package, or with the package for other packages. */
export function grpcClient(
  port: number,
  service = 'inference.GRPCInferenceService',
  credentials: grpc.ChannelCredentials = grpc.credentials.createInsecure(),
): GrpcClient {
  const Service = service.split('.').reduce((found, name) => found[name], packages);
  const raw = new Service(`127.0.0.1:${port}`, credentials, OPTIONS);
  const call: GrpcClient['call'] = (method, request = {}, options = {}) =>
    new Promise((resolve, reject) => {
      raw[method](request, new grpc.Metadata(), options, (error: Outcome | null, answer: Loose) =>
        error === null ? resolve(answer) : reject(error),
      );
    });
  return {
    call,
    fail: (method, request, options) =>
      call(method, request, options).then(
        (answer) => {
          throw new Error(`${method} was answered: ${JSON.stringify(answer).slice(0, 200)}`);
        },
        (outcome: Outcome) => outcome,
      ),
    stream: (method, metadata = new grpc.Metadata()) => raw[method](metadata),
    raw,
    close: () => raw.close(),
  };
}

/** Every message of a stream until it ends, and how it ended. */
export async function collected(
  stream: Loose,
): Promise<{ readonly messages: readonly Loose[]; readonly outcome: Outcome }> {
  const messages: Loose[] = [];
  stream.on('data', (message: Loose) => messages.push(message));
  stream.resume();
  stream.on('error', () => {});
  const outcome = await new Promise<Outcome>((resolve) => stream.on('status', resolve));
  return { messages, outcome };
}

/** The next message of a stream. */
export function nextOf(stream: Loose): Promise<Loose> {
  return new Promise((resolve, reject) => {
    const onData = (message: Loose): void => {
      stream.off('error', onError);
      resolve(message);
    };
    const onError = (error: unknown): void => {
      stream.off('data', onData);
      reject(error);
    };
    stream.once('data', onData);
    stream.once('error', onError);
  });
}

/** An input whose elements are typed contents. */
export function typedInput(
  name: string,
  datatype: string,
  shape: readonly number[],
  contents: object,
): object {
  return { name, datatype, shape, contents };
}

/** A parameter of a request or a tensor, where its kind is told. */
export function parameterOf(value: string | number | boolean): object {
  if (typeof value === 'string') return { string_param: value };
  if (typeof value === 'boolean') return { bool_param: value };
  // Triton's clients send int64; a fraction is a double.
  return Number.isInteger(value) ? { int64_param: value } : { double_param: value };
}
