import { BinaryWriter } from '@bufbuild/protobuf/wire';
import type { Parameters } from '#inference/request.js';
import type { InferenceResponse } from '#inference/response.js';
import type { RpcMessage } from '#protocol/exchange.js';
import { NO_SHARED_OUTPUTS, type SharedOutputs, windowParameters } from '#protocol/shared-tensors.js';
import type { SharedWindow } from '#shared-memory/regions.js';
import type { Tensor } from '#tensor/tensor.js';
import { encodeContents } from './encode-contents.js';
import { writeParameters } from './parameters.js';
import { CHUNK } from './wire-reader.js';

export interface EncodeOptions {
  /** Answer in typed contents too, where every output can be told so: the request came so. */
  readonly isTyped: boolean;
  readonly parameters?: Parameters;
  /** The outputs that are in shared memory already: the answer says only where. */
  readonly shared?: SharedOutputs;
}

/** Where outputs in shared memory have their element among the raw ones. */
const EMPTY = new Uint8Array(0);

/**
 * An answer as an encoded ModelInferResponse. It always has raw outputs, which are pieces of their own and not copied:
 * Triton's clients read nothing else, whatever they sent. Clients that look at contents find those, or look at both.
 */
export function encodeInferResponse(response: InferenceResponse, options: EncodeOptions): RpcMessage {
  const { id, model, outputs } = response;
  const { shared = NO_SHARED_OUTPUTS } = options;
  const contents = options.isTyped ? contentsOf(outputs, shared) : null;
  const writer = new BinaryWriter();
  writer.tag(1, CHUNK).string(model.name);
  writer.tag(2, CHUNK).string(model.version);
  if (id !== null) writer.tag(3, CHUNK).string(id);
  writeParameters(writer, 4, options.parameters ?? {});
  outputs.forEach((output, i) => {
    writeOutput(writer, output, contents?.[i] ?? null, shared.get(output.name) ?? null);
  });
  return withRaw(
    writer,
    outputs.map(({ name, data }) => (shared.has(name) ? EMPTY : data)),
  );
}

/** One for each output, null in shared memory. Null where one of them has no contents: then none does. */
function contentsOf(
  outputs: readonly Tensor[],
  shared: SharedOutputs,
): readonly (Uint8Array | null)[] | null {
  const contents: (Uint8Array | null)[] = [];
  for (const output of outputs) {
    const isShared = shared.has(output.name);
    const encoded = isShared ? null : encodeContents(output);
    if (encoded === null && !isShared) return null;
    contents.push(encoded);
  }
  return contents;
}

function writeOutput(
  writer: BinaryWriter,
  output: Tensor,
  contents: Uint8Array | null,
  window: SharedWindow | null,
): void {
  writer.tag(5, CHUNK).fork();
  writer.tag(1, CHUNK).string(output.name);
  writer.tag(2, CHUNK).string(output.datatype);
  if (output.shape.length > 0) {
    writer.tag(3, CHUNK).fork();
    for (const axis of output.shape) writer.int64(axis);
    writer.join();
  }
  if (window !== null) writeParameters(writer, 4, windowParameters(window, output));
  if (contents !== null) writer.tag(5, CHUNK).bytes(contents);
  writer.join();
}

function withRaw(writer: BinaryWriter, outputs: readonly Uint8Array[]): RpcMessage {
  const pieces: Uint8Array[] = [];
  for (const data of outputs) {
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
