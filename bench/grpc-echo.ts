/**
 * Unary gRPC to a model that gives its input back, beside a `@grpc/grpc-js` server that gives every message back without
 * looking at it: a small message, and one of an image.
 */
import { identityModel, writeModel } from '../test/support/onnx-models.js';
import type { Ports } from './our-server.js';
import { type Participant, participant } from './process.js';
import { checkGrpcOutput, grpcAnswer, grpcRequest, MODEL_INFER, type OneInput } from './requests.js';
import { configFile, temporaryFolder } from './samples.js';
import { alternate, type Block, overGrpc, type Plan, report } from './side-by-side.js';

export const SMALL: OneInput = {
  model: 'model',
  datatype: 'FP32',
  shape: [1, 16],
  data: new Uint8Array(64).fill(7),
};
const IMAGE_SHAPE = [1, 3, 224, 224];
export const IMAGE: OneInput = {
  model: 'model',
  datatype: 'FP32',
  shape: IMAGE_SHAPE,
  data: new Uint8Array(602_112).fill(7),
};

export async function grpcEcho(): Promise<string> {
  const load = await participant<string>('./grpc-load.js');
  const echo = await participant<number>('./grpc-echo-server.js', [MODEL_INFER]);
  const tables: string[] = [];
  for (const [input, inFlight] of [
    [SMALL, 16],
    [IMAGE, 4],
  ] as const) {
    const blocks = await besideGrpcJs(input, inFlight, load, echo);
    const labels = {
      ours: `furiosa server, gRPC, ${input.data.length} bytes raw`,
      echo: `@grpc/grpc-js echo of ${grpcRequest(input).length} bytes`,
    };
    tables.push(report(blocks, labels));
  }
  await Promise.all([load, echo].map((each) => each.stop()));
  return tables.join('\n\n');
}

/** Our server with a model that gives its input back, and the echo, `grpc-echo-server.ts`, in turns. */
export async function besideGrpcJs(
  input: OneInput,
  inFlight: number,
  load: Participant,
  echo: Participant & { readonly first: number },
  { cpus, plan }: { readonly cpus?: string | undefined; readonly plan?: Plan } = {},
): Promise<Record<string, Block[]>> {
  const model = writeModel(temporaryFolder(), 'identity.onnx', identityModel('FP32', [...input.shape]));
  const ours = await participant<Ports>('./our-server.js', [configFile(model, { device: 'cpu(1)*1' })], cpus);
  const message = grpcRequest(input);
  const answer = await grpcAnswer(ours.first.grpc, message);
  checkGrpcOutput(answer, input.data);
  const echoed = await grpcAnswer(echo.first, message);
  if (!Buffer.from(message).equals(echoed)) throw new Error('the echo is none');
  const request = { path: MODEL_INFER, message, inFlight };
  const measures = {
    ours: overGrpc(load, ours, ours.first.grpc, { ...request, answerBytes: answer.length }),
    echo: overGrpc(load, echo, echo.first, { ...request, answerBytes: message.length }),
  };
  const blocks = await alternate(measures, plan);
  await ours.stop();
  return blocks;
}
