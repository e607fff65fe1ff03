import { create, toBinary } from '@bufbuild/protobuf';
import type { Call } from '#core/call.js';
import type { Parameters } from '#inference/request.js';
import type { RpcCall, RpcMessage, RpcMethod } from '#protocol/exchange.js';
import { foreseen } from '#protocol/foreseen.js';
import { writeShared } from '#protocol/shared-tensors.js';
import type { Serving } from '#serving/serving.js';
import { decodeInferRequest } from './decode-infer.js';
import { encodeInferResponse, encodeStreamAnswer } from './encode-infer.js';
import { GRPCInferenceService, ModelStreamInferResponseSchema } from './gen/open_inference_grpc_pb.js';
import { inOrder } from './in-order.js';
import { pathOf } from './methods.js';
import { CHUNK, WireReader } from './wire-reader.js';

/** Requests of one stream that may be inside the server at a time; more are not read from the socket before. */
const STREAM_WINDOW = 32;

/** Inference, one request to a call or many to a stream. */
export function inferMethods(serving: Serving): readonly RpcMethod[] {
  const { modelInfer, modelStreamInfer } = GRPCInferenceService.method;
  return [
    {
      kind: 'unary',
      category: 'inference',
      answersTensors: true,
      path: pathOf(modelInfer),
      handle: (message, call) => inferOnce(serving, message, call, {}),
    },
    {
      kind: 'stream',
      category: 'inference',
      answersTensors: true,
      path: pathOf(modelStreamInfer),
      handle(messages, call) {
        // Triton's way to ask that the first error ends the stream with a status of its own.
        const errorsEnd = call.header('triton_grpc_error') === 'true';
        const inferOne = errorsEnd ? inferInStream : inferOrTell;
        return inOrder(messages, STREAM_WINDOW, (message) => inferOne(serving, message, call));
      },
    },
  ];
}

/** @param parameters those of the answer */
async function inferOnce(
  serving: Serving,
  message: Uint8Array,
  call: Call,
  parameters: Parameters,
): Promise<RpcMessage> {
  const { request, isTyped, shared } = decodeInferRequest(message, serving.sharedMemory);
  call.access?.checkModel(request.model.name);
  const response = await serving.infer(request, call);
  writeShared(response.outputs, shared);
  return encodeInferResponse(response, { isTyped, parameters, shared });
}

/**
 * Every request has one answer, which therefore is its last: nothing is left for the empty final response that
 * `triton_enable_empty_final_response` asks for, and the answer says so.
 */
async function inferInStream(serving: Serving, message: Uint8Array, call: RpcCall): Promise<RpcMessage> {
  // Before the message is given away.
  const told = call.begin?.(message.byteLength);
  try {
    const response = await inferOnce(serving, message, told?.call ?? call, { triton_final_response: true });
    const answer = encodeStreamAnswer(response);
    told?.answered(answer.reduce((sum, piece) => sum + piece.byteLength, 0));
    return answer;
  } catch (thrown) {
    told?.failed(thrown);
    throw thrown;
  }
}

/** What goes wrong is told in the stream, with the request's id, and the stream goes on. */
async function inferOrTell(serving: Serving, message: Uint8Array, call: RpcCall): Promise<RpcMessage> {
  // Before the message is given away.
  const id = idOf(message);
  try {
    return await inferInStream(serving, message, call);
  } catch (thrown) {
    const answer = create(ModelStreamInferResponseSchema, {
      errorMessage: foreseen(thrown).message,
      inferResponse: { id },
    });
    return [toBinary(ModelStreamInferResponseSchema, answer)];
  }
}

/** The id of an encoded ModelInferRequest as far as it can be read. */
function idOf(message: Uint8Array): string {
  const reader = new WireReader(message, 'ModelInferRequest');
  let id = '';
  try {
    while (reader.next()) {
      if (reader.field === 3 && reader.wireType === CHUNK) id = reader.text();
      else reader.skip();
    }
  } catch {
    // Whoever reads the whole request says what is wrong with it.
  }
  return id;
}
