import {
  create,
  type DescMessage,
  type DescMethodBiDiStreaming,
  type DescMethodServerStreaming,
  type DescMethodUnary,
  fromBinary,
  type MessageInitShape,
  type MessageShape,
  toBinary,
} from '@bufbuild/protobuf';
import type { ApiCategory } from '#core/api-category.js';
import { invalid, messageOf } from '#core/errors.js';
import type { RpcCall, StreamMethod, UnaryMethod } from '#protocol/exchange.js';

/** Who may call a method. */
export interface Allowance<Request> {
  readonly category: ApiCategory;
  /**
   * The model that a request is about, to be checked before it is handled; null for all models together. 'none' where models
   * do not matter, or the method itself leaves out those that the caller may not see.
   */
  readonly model: 'none' | ((request: Request) => string | null);
}

/** A method of which no message is large: they are read and written by the runtime. */
export function unary<In extends DescMessage, Out extends DescMessage>(
  method: DescMethodUnary<In, Out>,
  { category, model }: Allowance<MessageShape<In>>,
  handle: (
    request: MessageShape<In>,
    call: RpcCall,
  ) => MessageInitShape<Out> | Promise<MessageInitShape<Out>>,
): UnaryMethod {
  return {
    kind: 'unary',
    category,
    path: pathOf(method),
    async handle(message, call) {
      const request = decode(method.input, message);
      if (model !== 'none') call.access?.checkModel(model(request));
      return [encode(method.output, await handle(request, call))];
    },
  };
}

/** The same for methods that stream. One that takes a single request finds it as the first of its messages. */
export function streaming<In extends DescMessage, Out extends DescMessage>(
  method: DescMethodBiDiStreaming<In, Out> | DescMethodServerStreaming<In, Out>,
  category: ApiCategory,
  handle: (requests: AsyncIterable<MessageShape<In>>, call: RpcCall) => AsyncIterable<MessageInitShape<Out>>,
): StreamMethod {
  return {
    kind: 'stream',
    category,
    path: pathOf(method),
    async *handle(messages, call) {
      for await (const answer of handle(decodeEach(method.input, messages), call)) {
        yield [encode(method.output, answer)];
      }
    },
  };
}

/** For instance `/inference.GRPCInferenceService/ModelInfer`. */
export function pathOf(method: {
  readonly name: string;
  readonly parent: { readonly typeName: string };
}): string {
  return `/${method.parent.typeName}/${method.name}`;
}

async function* decodeEach<In extends DescMessage>(
  schema: In,
  messages: AsyncIterable<Uint8Array>,
): AsyncGenerator<MessageShape<In>> {
  for await (const message of messages) yield decode(schema, message);
}

function decode<In extends DescMessage>(schema: In, message: Uint8Array): MessageShape<In> {
  try {
    return fromBinary(schema, message, { readUnknownFields: false });
  } catch (thrown) {
    throw invalid(`failed to parse the ${schema.name}: ${messageOf(thrown)}`);
  }
}

function encode<Out extends DescMessage>(schema: Out, answer: MessageInitShape<Out>): Uint8Array {
  return toBinary(schema, create(schema, answer));
}
