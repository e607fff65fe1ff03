import assert from 'node:assert/strict';
import type { DataType } from '#tensor/datatype.js';
import { binaryBody, postBytes, type RawReply } from './binary.js';
import { bytesOfContents, bytesOfJson, contentsOf, jsonOf } from './elements.js';
import { type GrpcClient, type Outcome as GrpcOutcome, parameterOf } from './grpc-client.js';

/** The ways in which the V2 protocol says one and the same request. */
export const ENCODINGS = ['REST JSON', 'REST binary', 'gRPC raw', 'gRPC typed'] as const;

export type Encoding = (typeof ENCODINGS)[number];

/** An input of a request. What is left out is left out of the request too. */
export interface SaidInput {
  readonly name?: string;
  readonly datatype?: string;
  readonly shape?: readonly number[];
  /** Its elements, little-endian. */
  readonly data?: Uint8Array;
  /** The datatype that the elements are written as, where that is not what the input says. */
  readonly writtenAs?: DataType;
}

export type SaidParameters = Readonly<Record<string, string | number | boolean>>;

/** An output that is asked for, with what is said of it. */
export interface SaidOutput {
  readonly name: string;
  readonly parameters: SaidParameters;
}

/** A request as any encoding can say it. */
export interface SaidRequest {
  readonly model: string;
  readonly version?: string;
  readonly id?: string;
  readonly inputs: readonly SaidInput[];
  readonly outputs?: readonly (string | SaidOutput)[];
  readonly parameters?: SaidParameters;
}

export interface AnsweredTensor {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly data: Uint8Array;
}

/** An answer, or why there is none. */
export type Answered =
  | {
      readonly model: string;
      readonly version: string;
      readonly id: string | null;
      readonly outputs: readonly AnsweredTensor[];
    }
  | { readonly protocol: 'http' | 'grpc'; readonly status: number; readonly error: string };

/** Says requests in one encoding and reads the answers, which must be in the same one. */
export interface Speaker {
  readonly encoding: Encoding;
  infer(request: SaidRequest): Promise<Answered>;
}

/** A speaker for each encoding. */
export function speakersOf(restPort: number, client: GrpcClient): readonly Speaker[] {
  return [
    {
      encoding: 'REST JSON',
      infer: async (said) => readJson(await postBytes(restPort, pathOf(said), jsonBody(said))),
    },
    { encoding: 'REST binary', infer: (said) => inferBinary(restPort, said) },
    { encoding: 'gRPC raw', infer: (said) => inferGrpc(client, said, rawInputs) },
    { encoding: 'gRPC typed', infer: (said) => inferGrpc(client, said, typedInputs) },
  ];
}

function pathOf({ model, version }: SaidRequest): string {
  const path = `/v2/models/${encodeURIComponent(model)}`;
  return version === undefined ? `${path}/infer` : `${path}/versions/${encodeURIComponent(version)}/infer`;
}

/** By hand, because JavaScript's own JSON has neither 64-bit integers nor infinities. */
function jsonBody(said: SaidRequest): Buffer {
  const inputs = said.inputs.map((input) => {
    const type = (input.writtenAs ?? input.datatype) as DataType;
    const base64 = type === 'BYTES' && !isText(input.data);
    const parameters = base64 ? { content_type: 'base64' } : undefined;
    const data = input.data && `"data":${jsonOf(type, input.data, base64)}`;
    return `{${[...membersOf(headOf(input)), ...membersOf({ parameters }), ...(data ? [data] : [])].join()}}`;
  });
  const parameters = { fp16_json: true, nan_tokens: true, ...said.parameters };
  const rest = { id: said.id, outputs: outputsOf(said), parameters };
  return Buffer.from(`{"inputs":[${inputs.join()}],${membersOf(rest).join()}}`);
}

function isText(data: Uint8Array | undefined): boolean {
  return data === undefined || !jsonOf('BYTES', data).includes('\ufffd');
}

/** The members of an object as JSON, but for those without a value. */
function membersOf(object: Readonly<Record<string, unknown>>): readonly string[] {
  return Object.entries(object)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => `"${key}":${JSON.stringify(value)}`);
}

function headOf({ name, shape, datatype }: SaidInput): Readonly<Record<string, unknown>> {
  return { name, shape, datatype };
}

function outputsOf({ outputs }: SaidRequest): readonly { readonly name: string }[] | undefined {
  return outputs?.map((output) => (typeof output === 'string' ? { name: output } : output));
}

/** The same over gRPC, where the kind of a parameter is told. */
function grpcOutputsOf(said: SaidRequest): readonly object[] | undefined {
  return outputsOf(said)?.map((output) =>
    'parameters' in output
      ? { ...output, parameters: grpcParameters(output.parameters as SaidParameters) }
      : output,
  );
}

function grpcParameters(parameters: SaidParameters): object {
  return Object.fromEntries(Object.entries(parameters).map(([key, value]) => [key, parameterOf(value)]));
}

function readJson(reply: RawReply): Answered {
  const text = reply.body.toString();
  if (reply.status !== 200) return refusedOverHttp(reply);
  // Lists without strings become the text of their elements: JavaScript's numbers would round some.
  const json = JSON.parse(text.replace(/"data":\[([^\]"]*)\]/g, '"data":"$1"'));
  return {
    ...headOfAnswer(json),
    outputs: json.outputs.map((output: AnsweredTensor & { data: string }) => {
      const { name, datatype, shape, data } = output;
      return { name, datatype, shape, data: bytesOfJson(datatype as DataType, data) };
    }),
  };
}

async function inferBinary(port: number, said: SaidRequest): Promise<Answered> {
  const inputs = said.inputs.map((input) => ({
    ...headOf(input),
    ...(input.data && { parameters: { binary_data_size: input.data.length } }),
  }));
  const blobs = said.inputs.flatMap(({ data }) => data ?? []);
  const parameters = { binary_data_output: true, ...said.parameters };
  const request = { id: said.id, inputs, outputs: outputsOf(said), parameters };
  const { body, jsonBytes } = binaryBody(request, ...blobs);
  const headers = { 'inference-header-content-length': String(jsonBytes) };
  const reply = await postBytes(port, pathOf(said), body, headers);
  if (reply.status !== 200) return refusedOverHttp(reply);
  let at = Number(reply.headers['inference-header-content-length']);
  const json = JSON.parse(reply.body.toString('utf8', 0, at));
  const outputs = json.outputs.map(
    (output: AnsweredTensor & { parameters: { binary_data_size: number } }) => {
      const { name, datatype, shape, parameters } = output;
      at += parameters.binary_data_size;
      const data = new Uint8Array(reply.body.subarray(at - parameters.binary_data_size, at));
      return { name, datatype, shape, data };
    },
  );
  return { ...headOfAnswer(json), outputs };
}

function headOfAnswer(json: { model_name: string; model_version: string; id?: string | null }): {
  readonly model: string;
  readonly version: string;
  readonly id: string | null;
} {
  return { model: json.model_name, version: json.model_version, id: json.id || null };
}

function refusedOverHttp({ status, body }: RawReply): Answered {
  return { protocol: 'http', status, error: JSON.parse(body.toString()).error };
}

async function inferGrpc(
  client: GrpcClient,
  said: SaidRequest,
  inputsOf: (inputs: readonly SaidInput[]) => object,
): Promise<Answered> {
  const request = {
    model_name: said.model,
    model_version: said.version,
    id: said.id,
    outputs: grpcOutputsOf(said),
    parameters: grpcParameters(said.parameters ?? {}),
    ...inputsOf(said.inputs),
  };
  try {
    const { outputs = [], raw_output_contents: raw, ...head } = await client.call('ModelInfer', request);
    return {
      ...headOfAnswer(head),
      outputs: outputs.map(({ name, datatype, shape = [], contents }: GrpcOutput, i: number) => ({
        name,
        datatype,
        shape: shape.map(Number),
        data: bytesOf(raw[i], datatype, contents),
      })),
    };
  } catch (thrown) {
    const { code, details } = thrown as GrpcOutcome;
    if (code === undefined) throw thrown;
    return { protocol: 'grpc', status: code, error: details };
  }
}

/** The bytes of an output. Where it is told in contents too, they must say the same. */
function bytesOf(raw: Uint8Array, datatype: DataType, contents: GrpcOutput['contents'] | null): Uint8Array {
  const bytes = new Uint8Array(raw);
  if (contents) assert.deepEqual(bytesOfContents(datatype, contents), bytes, 'contents and raw bytes');
  return bytes;
}

interface GrpcOutput {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape?: readonly string[];
  readonly contents?: Record<string, readonly unknown[]>;
}

function rawInputs(inputs: readonly SaidInput[]): object {
  return { inputs: inputs.map(headOf), raw_input_contents: inputs.flatMap(({ data }) => data ?? []) };
}

function typedInputs(inputs: readonly SaidInput[]): object {
  return {
    inputs: inputs.map((input) => ({
      ...headOf(input),
      contents: input.data && contentsOf((input.writtenAs ?? input.datatype) as DataType, input.data),
    })),
  };
}
