import type { ServerHttp2Stream } from 'node:http2';
import type { Clock, Timer } from '#core/clock.js';
import { ServingError } from '#core/errors.js';
import { newFacts } from '#core/request-record.js';
import type { RpcMessage, RpcMethod, RpcSkin, StreamMethod, UnaryMethod } from '#protocol/exchange.js';
import type { GrpcCall } from './grpc-call.js';
import { answerEncoding, decodeFrame, type EncodedMessage, encodeMessage } from './grpc-encoding.js';
import { type Frame, FrameReader } from './grpc-frames.js';
import type { GrpcListenerOptions } from './grpc-options.js';
import { askedOf, beginStreamed } from './grpc-telling.js';
import { OK } from './grpc-trailers.js';
import { Inbox } from './inbox.js';
import { type LateReason, watchArrival } from './limits/arrival-watch.js';

/** What serving a call needs beside the call. */
export interface CallContext {
  readonly skin: RpcSkin;
  readonly options: GrpcListenerOptions;
  readonly clock: Clock;
}

/** Messages of one stream that may lie read and unasked for. */
const INBOX_ROOM = 8;

/** What a reader of messages reports. */
interface Received {
  frame(frame: Frame): void;
  end(): void;
  failed(thrown: unknown): void;
}

/** Reads the only message of a call, then answers it. */
export function serveUnary(
  method: UnaryMethod,
  stream: ServerHttp2Stream,
  call: GrpcCall,
  context: CallContext,
): void {
  const fail = (thrown: unknown): void => call.finish(context.skin.statusOf(thrown));
  call.transport = 'grpc';
  call.facts = newFacts();
  if (call.facts !== undefined) call.facts.identity = call.access?.identity ?? null;
  chooseEncoding(method, call, context);
  let first: Frame | null = null;
  const run = async (frame: Frame): Promise<void> => {
    try {
      const answer = await method.handle(await messageOf(frame, call, context), call);
      call.answer(await encoded(answer, method, call, context));
    } catch (thrown) {
      fail(thrown);
    }
  };
  receive(stream, call, context, true, {
    frame(frame) {
      if (first !== null) throw cardinality('several');
      first = frame;
    },
    end() {
      if (first === null) fail(cardinality('none'));
      else void run(first);
    },
    failed: fail,
  });
}

/** Passes messages to the method as they are asked for, and its answers back as fast as they are taken. */
export function serveStream(
  method: StreamMethod,
  stream: ServerHttp2Stream,
  call: GrpcCall,
  context: CallContext,
): void {
  chooseEncoding(method, call, context);
  const asked = askedOf(stream, method.path, method.path);
  call.begin = (requestBytes) =>
    beginStreamed(asked, call, requestBytes, context.clock, context.skin.statusOf);
  const inbox = new Inbox<Frame>(INBOX_ROOM, { full: () => stream.pause(), wanted: () => stream.resume() });
  const end = (thrown: unknown): void => {
    call.finish(context.skin.statusOf(thrown));
    call.leave();
  };
  /** Bytes of the messages that were given out. Answers come in their order. */
  const unanswered: number[] = [];
  async function* messages(): AsyncGenerator<Uint8Array> {
    for await (const frame of inbox) {
      const message = await messageOf(frame, call, context);
      unanswered.push(message.byteLength);
      yield message;
    }
  }
  const run = async (): Promise<void> => {
    try {
      for await (const answer of method.handle(messages(), call)) {
        if (call.isFinished) break;
        call.visit.release(unanswered.shift() ?? 0);
        if (!call.send(await encoded(answer, method, call, context))) await call.drained();
      }
      call.finish(OK);
    } catch (thrown) {
      end(thrown);
    }
  };
  stream.once('close', () =>
    inbox.fail(new ServingError('CANCELLED', 'the caller went away before the stream was done')),
  );
  receive(stream, call, context, false, {
    frame: (frame) => inbox.put(frame),
    end: () => inbox.end(),
    failed: (thrown) => {
      end(thrown);
      inbox.fail(ServingError.from(thrown));
    },
  });
  void run();
}

/** Cuts what arrives into messages, and gives a call up whose message does not get whole. */
function receive(
  stream: ServerHttp2Stream,
  call: GrpcCall,
  { options, clock }: CallContext,
  isAwaited: boolean,
  received: Received,
): void {
  const { visit } = call;
  const reader = new FrameReader(options.maxMessageBytes, received.frame, (bytes) => visit.holdMore(bytes));
  let timer: Timer | null = null;
  const stop = (): void => {
    timer?.cancel();
    reader.clear();
    stream.off('data', onData).off('end', onEnd);
    stream.resume();
  };
  const fail = (thrown: unknown): void => {
    stop();
    received.failed(thrown);
  };
  const expire = (reason: LateReason): void => {
    const text = `a message did not arrive within ${options.messageTimeoutMs} ms`;
    fail(
      reason === 'slow'
        ? visit.tooSlow('a message', reader.receivedBytes)
        : new ServingError('REQUEST_TIMEOUT', text),
    );
  };
  const limits = { timeoutMs: options.messageTimeoutMs, minRate: visit.minBodyRate };
  // What is not read, because those before it still wait, cannot come.
  const arrived = (): number | null => (stream.isPaused() ? null : reader.receivedBytes);
  const watch = (isAwaited: boolean): void => {
    if (isAwaited) timer ??= watchArrival(limits, clock, arrived, expire);
    else {
      timer?.cancel();
      timer = null;
    }
  };
  const onData = (chunk: Uint8Array): void => {
    if (call.isFinished) {
      stop();
      return;
    }
    try {
      reader.push(chunk);
      watch(reader.isMidway);
    } catch (thrown) {
      fail(thrown);
    }
  };
  const onEnd = (): void => {
    const isCut = reader.isMidway;
    stop();
    if (isCut) received.failed(new ServingError('INTERNAL', 'the call ended inside of a message'));
    else received.end();
  };
  watch(isAwaited);
  stream.on('data', onData).on('end', onEnd).once('close', stop);
}

async function messageOf(frame: Frame, call: GrpcCall, { options }: CallContext): Promise<Uint8Array> {
  const coding = call.header('grpc-encoding') ?? 'identity';
  const { visit } = call;
  const message = await decodeFrame(frame, coding, options.maxMessageBytes, (bytes) => visit.holdMore(bytes));
  // From here on what it was unfolded to is held in its place.
  if (frame.isCompressed) visit.release(frame.data.byteLength);
  call.requestBytes += message.byteLength;
  return message;
}

function chooseEncoding(method: RpcMethod, call: GrpcCall, { options }: CallContext): void {
  if (!method.answersTensors) return;
  call.encodeAnswers(answerEncoding(call.header('grpc-accept-encoding'), options.responseCompression));
}

/** An answer as it travels: no trip to another thread where nothing is compressed. */
function encoded(
  pieces: RpcMessage,
  method: RpcMethod,
  call: GrpcCall,
  { options }: CallContext,
): EncodedMessage | Promise<EncodedMessage> {
  if (call.encoding === 'identity')
    return { isCompressed: false, pieces, isGivenAway: method.answersTensors === true };
  return encodeMessage(pieces, call.encoding, options.responseCompression);
}

/** gRPC's status codes say UNIMPLEMENTED for this. */
function cardinality(count: 'none' | 'several'): ServingError {
  return new ServingError('UNIMPLEMENTED', `the method takes exactly one message, and there are ${count}`);
}
