import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Parameters } from '#inference/request.js';
import type { InferenceResponse } from '#inference/response.js';
import type { RpcMessage } from '#protocol/exchange.js';
import type { Tensor } from '#tensor/tensor.js';
import { encodeContents } from './encode-contents.js';
import { writeParameters } from './parameters.js';
import { CHUNK } from './wire-reader.js';

export interface EncodeOptions {
  /** Answer in typed contents too, where every output can be told so: the request came so. */
  readonly isTyped: boolean;
  readonly parameters?: Parameters;
}

/**
 * An answer as an encoded ModelInferResponse. It always has raw outputs, which are pieces of their own and not copied:
 * Triton's clients read nothing else, whatever they sent. Clients that look at contents find those, or look at both.
 */
export function encodeInferResponse(response: InferenceResponse, options: EncodeOptions): RpcMessage {
  const { id, model, outputs } = response;
  const contents = options.isTyped ? contentsOf(outputs) : null;
  const writer = new BinaryWriter();
  writer.tag(1, CHUNK).string(model.name);
  writer.tag(2, CHUNK).string(model.version);
  if (id !== null) writer.tag(3, CHUNK).string(id);
  writeParameters(writer, 4, options.parameters ?? {});
  outputs.forEach((output, i) => {
    writeOutput(writer, output, contents?.[i] ?? null);
  });
  return withRaw(writer, outputs);
}

/** Null where one of the outputs has no contents: then none does. */
function contentsOf(outputs: readonly Tensor[]): readonly Uint8Array[] | null {
  const contents: Uint8Array[] = [];
  for (const output of outputs) {
    const encoded = encodeContents(output);
    if (encoded === null) return null;
    contents.push(encoded);
  }
  return contents;
}

function writeOutput(writer: BinaryWriter, output: Tensor, contents: Uint8Array | null): void {
  writer.tag(5, CHUNK).fork();
  writer.tag(1, CHUNK).string(output.name);
  writer.tag(2, CHUNK).string(output.datatype);
  if (output.shape.length > 0) {
    writer.tag(3, CHUNK).fork();
    for (const axis of output.shape) writer.int64(axis);
    writer.join();
  }
  if (contents !== null) writer.tag(5, CHUNK).bytes(contents);
  writer.join();
}

function withRaw(writer: BinaryWriter, outputs: readonly Tensor[]): RpcMessage {
  const pieces: Uint8Array[] = [];
  for (const { data } of outputs) {
    writer.tag(6, CHUNK).uint32(data.length);
    pieces.push(writer.finish());
    if (data.length > 0) pieces.push(data);
  }
  return outputs.length === 0 ? [writer.finish()] : pieces;
}

/** An encoded ModelStreamInferResponse with an answer in it. */
export function encodeStreamAnswer(answer: RpcMessage): RpcMessage {
  const length = answer.reduce((sum, piece) => sum + piece.length, 0);
  return [new BinaryWriter().tag(2, CHUNK).uint32(length).finish(), ...answer];
}
