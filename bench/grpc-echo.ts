/**
 * Unary gRPC to a model that gives its input back, beside a `@grpc/grpc-js` server that gives every message back without
 * looking at it: a small message, and one of an image.
 */
import { identityModel, writeModel } from '../test/support/onnx-models.js';
import type { Ports } from './our-server.js';
import { type Participant, participant } from './process.js';
import { checkGrpcOutput, grpcAnswer, grpcRequest, MODEL_INFER, type OneInput } from './requests.js';
import { configFile, temporaryFolder } from './samples.js';
import { alternate, overGrpc, report } from './side-by-side.js';

const SMALL: OneInput = {
  model: 'model',
  datatype: 'FP32',
  shape: [1, 16],
  data: new Uint8Array(64).fill(7),
};
const IMAGE_SHAPE = [1, 3, 224, 224];
const IMAGE: OneInput = {
  model: 'model',
  datatype: 'FP32',
  shape: IMAGE_SHAPE,
  data: new Uint8Array(602_112).fill(7),
};

export async function grpcEcho(): Promise<string> {
  const load = await participant<string>('./grpc-load.js');
  const echo = await participant<number>('./grpc-echo-server.js', [MODEL_INFER]);
  const small = await sideBySide(SMALL, 16, load, echo);
  const image = await sideBySide(IMAGE, 4, load, echo);
  await Promise.all([load, echo].map((each) => each.stop()));
  return `${small}\n\n${image}`;
}

async function sideBySide(
  input: OneInput,
  inFlight: number,
  load: Participant,
  echo: Participant & { readonly first: number },
): Promise<string> {
  const model = writeModel(temporaryFolder(), 'identity.onnx', identityModel('FP32', [...input.shape]));
  const ours = await participant<Ports>('./our-server.js', [configFile(model, { device: 'cpu(1)*1' })]);
  const message = grpcRequest(input);
  const answer = await grpcAnswer(ours.first.grpc, message);
  checkGrpcOutput(answer, input.data);
  const echoed = await grpcAnswer(echo.first, message);
  if (!Buffer.from(message).equals(echoed)) throw new Error('the echo is none');
  const request = { path: MODEL_INFER, message, inFlight };
  const blocks = await alternate({
    ours: overGrpc(load, ours, ours.first.grpc, { ...request, answerBytes: answer.length }),
    echo: overGrpc(load, echo, echo.first, { ...request, answerBytes: message.length }),
  });
  await ours.stop();
  return report(blocks, {
    ours: `furiosa server, gRPC, ${input.data.length} bytes raw`,
    echo: `@grpc/grpc-js echo of ${message.length} bytes`,
  });
}
