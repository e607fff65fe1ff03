/** One tensor of bytes as a request of each form, and the bytes that a server answers it with. */
import { create, fromBinary, toBinary } from '@bufbuild/protobuf';
import { credentials, makeGenericClientConstructor } from '@grpc/grpc-js';
import {
  ModelInferRequestSchema,
  ModelInferResponseSchema,
} from '#protocol/grpc/gen/open_inference_grpc_pb.js';
import type { DataType } from '#tensor/datatype.js';

export const MODEL_INFER = '/inference.GRPCInferenceService/ModelInfer';

export interface OneInput {
  readonly model: string;
  /** The input's name; `input` where it is not said. */
  readonly input?: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
  /** Parameters of the request. */
  readonly parameters?: Readonly<Record<string, number>>;
}

/** A REST request with binary tensors, which asks for such. */
export interface RestRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

export function restRequest({
  model,
  input = 'input',
  datatype,
  shape,
  data,
  parameters,
}: OneInput): RestRequest {
  const json = JSON.stringify({
    inputs: [{ name: input, datatype, shape, parameters: { binary_data_size: data.length } }],
    parameters: { ...parameters, binary_data_output: true },
  });
  return {
    path: `/v2/models/${model}/infer`,
    headers: { 'Inference-Header-Content-Length': String(json.length) },
    body: Buffer.concat([Buffer.from(json), data]),
  };
}

/** The same with the elements, FP32 or INT64, as JSON both ways. */
export function jsonRequest({ model, input = 'input', datatype, shape, data }: OneInput): RestRequest {
  const elements =
    datatype === 'INT64'
      ? Array.from(new BigInt64Array(data.slice().buffer), Number)
      : Array.from(new Float32Array(data.slice().buffer));
  const body = JSON.stringify({ inputs: [{ name: input, datatype, shape, data: elements }] });
  return {
    path: `/v2/models/${model}/infer`,
    headers: { 'Content-Type': 'application/json' },
    body: Buffer.from(body),
  };
}

/** The request's answer from our server. Throws unless it is a success. */
export async function restAnswer(port: number, { path, headers, body }: RestRequest): Promise<Uint8Array> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body });
  if (answer.status !== 200) throw new Error(`the server answered ${answer.status}`);
  return new Uint8Array(await answer.arrayBuffer());
}

/** An encoded ModelInferRequest. */
export function grpcRequest({ model, input = 'input', datatype, shape, data }: OneInput): Uint8Array {
  const message = create(ModelInferRequestSchema, {
    modelName: model,
    inputs: [{ name: input, datatype, shape: shape.map(BigInt) }],
    rawInputContents: [data],
  });
  return toBinary(ModelInferRequestSchema, message);
}

const Client = makeGenericClientConstructor({}, 'bench');

/** What a server answers a message with, by gRPC's own client. Rejects unless the call goes well. */
export function grpcAnswer(port: number, message: Uint8Array): Promise<Uint8Array> {
  const limits = { 'grpc.max_receive_message_length': -1, 'grpc.max_send_message_length': -1 };
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure(), limits);
  const asItIs = (bytes: Buffer): Buffer => bytes;
  return new Promise<Uint8Array>((resolve, reject) => {
    client.makeUnaryRequest(MODEL_INFER, asItIs, asItIs, Buffer.from(message), (error, answer) =>
      answer === undefined ? reject(error) : resolve(answer),
    );
  }).finally(() => client.close());
}

/** Throws unless an encoded ModelInferResponse has this one raw output. */
export function checkGrpcOutput(answer: Uint8Array, expected: Uint8Array): void {
  const [output = new Uint8Array(0)] = fromBinary(ModelInferResponseSchema, answer).rawOutputContents;
  if (!Buffer.from(expected).equals(output)) throw new Error('the server did not give its input back');
}

/** Throws unless the binary output at the end of an answer's body is this one. */
export function checkRestOutput(body: Uint8Array, expected: Uint8Array): void {
  const output = body.subarray(Math.max(0, body.length - expected.length));
  if (!Buffer.from(expected).equals(output)) throw new Error('the server answered with another output');
}
