import type { ServerHttp2Stream } from 'node:http2';
import type { CallAnswer, CallOrigin } from '#core/call-origin.js';
import type { GrpcCall } from './grpc-call.js';

/** What a gRPC call tells to whoever traces it. Made when somebody asks. */
export class GrpcOrigin implements CallOrigin, CallAnswer {
  readonly transport = 'grpc';
  readonly #call: GrpcCall;
  readonly #stream: ServerHttp2Stream;

  constructor(call: GrpcCall, stream: ServerHttp2Stream) {
    this.#call = call;
    this.#stream = stream;
  }

  get operation(): string {
    return this.#call.header(':path') ?? '';
  }

  get path(): string {
    return this.operation;
  }

  /** A stream answers many requests, and tells nothing of one of them. */
  get answer(): CallAnswer | null {
    return this.#call.transport === undefined ? null : this;
  }

  header(name: string): string | undefined {
    return this.#call.header(name);
  }

  setHeader(name: string, value: string): void {
    this.#call.setHeader(name, value);
  }

  onceSent(fn: (code: number | null) => void): void {
    const codeOf = (): number | null => this.#call.status?.code ?? null;
    if (this.#stream.closed) fn(codeOf());
    else this.#stream.once('close', () => fn(codeOf()));
  }
}
