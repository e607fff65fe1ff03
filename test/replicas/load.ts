import { Agent, request } from 'node:http';
import { binaryBody } from '../support/binary.js';
import { type GrpcClient, grpcClient, nextOf } from '../support/grpc-client.js';
import type { Ports } from './balancer.js';

/** REST, REST with a tensor of 256 KiB, gRPC, a stream of gRPC with one request, and readiness as a monitor asks for it. */
export const KINDS = ['rest', 'large', 'grpc', 'stream', 'probe'] as const;
export type Kind = (typeof KINDS)[number];

/** What became of the requests of one kind. */
export interface Count {
  sent: number;
  answered: number;
  failed: number;
  slowestMs: number;
}

export type Counts = Readonly<Record<Kind, Count>>;

/** A failure, in the words that the client was given. */
export interface Failure {
  readonly kind: Kind;
  readonly words: string;
}

/** From one request of REST, and one of gRPC, to the next. */
const INTERVAL_MS = 10;
/** Of these, one comes with every so many of those. */
const LARGE_EVERY = 5;
const STREAM_EVERY = 5;
const PROBE_EVERY = 10;
const LARGE_BYTES = 256 * 1024;
/** Whoever has heard nothing for so long has lost. */
const LIMIT_MS = 20_000;

/** The paths by which a balancer's log tells the kinds apart. */
const PATHS = {
  rest: '/v2/models/m/infer',
  large: '/v2/models/m/versions/1/infer',
  grpc: '/inference.GRPCInferenceService/ModelInfer',
  stream: '/inference.GRPCInferenceService/ModelStreamInfer',
  probe: '/v2/health/ready',
} as const satisfies Record<Kind, string>;

/** How many requests of each kind are among these paths. */
export function byKind(paths: readonly string[]): Readonly<Record<Kind, number>> {
  const count = (kind: Kind): number => paths.filter((path) => path === PATHS[kind]).length;
  return {
    rest: count('rest'),
    large: count('large'),
    grpc: count('grpc'),
    stream: count('stream'),
    probe: count('probe'),
  };
}

/** Requests of clients that do not care how their server is: so many come in a second, whatever becomes of them. */
export class Load {
  readonly counts: Counts = { rest: none(), large: none(), grpc: none(), stream: none(), probe: none() };
  readonly failures: Failure[] = [];
  readonly #port: number;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #grpc: GrpcClient;
  readonly #inFlight = new Set<Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  /** Who wants to know of the next turns. */
  readonly #waiting = new Set<() => void>();
  #turn = 0;

  /** Begins at once. */
  constructor(ports: Ports) {
    this.#port = ports.rest;
    this.#grpc = grpcClient(ports.grpc);
    this.#timer = setInterval(() => this.#next(), INTERVAL_MS);
  }

  /** Settles when so many turns, of a request of REST and one of gRPC each, have come and everything sent until then has ended. */
  async through(turns: number): Promise<void> {
    const last = this.#turn + turns;
    await new Promise<void>((resolve) => {
      const look = (): void => {
        if (this.#turn < last) return;
        this.#waiting.delete(look);
        resolve();
      };
      this.#waiting.add(look);
    });
    await Promise.all(this.#inFlight);
  }

  /** Sends no more, and settles when everything has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.#inFlight);
    this.#agent.destroy();
    this.#grpc.close();
  }

  #next(): void {
    const turn = this.#turn++;
    const value = turn % 251;
    this.#send('rest', () => this.#json(value));
    this.#send('grpc', () => this.#unary(value));
    if (turn % LARGE_EVERY === 0) this.#send('large', () => this.#binary(value));
    if (turn % STREAM_EVERY === 0) this.#send('stream', () => this.#streamed(value));
    if (turn % PROBE_EVERY === 0) this.#send('probe', async () => void (await this.#ask(PATHS.probe)));
    for (const look of this.#waiting) look();
  }

  #send(kind: Kind, work: () => Promise<void>): void {
    const count = this.counts[kind];
    const from = performance.now();
    count.sent++;
    const sent = work()
      .then(
        () => void count.answered++,
        (thrown: unknown) => {
          count.failed++;
          this.failures.push({ kind, words: sentenceOf(thrown) });
        },
      )
      .finally(() => {
        count.slowestMs = Math.max(count.slowestMs, performance.now() - from);
        this.#inFlight.delete(sent);
      });
    this.#inFlight.add(sent);
  }

  async #json(value: number): Promise<void> {
    const body = JSON.stringify({ inputs: [{ ...INPUT, shape: [1, 1], data: [value] }] });
    const text = await this.#ask(PATHS.rest, Buffer.from(body));
    check(value, JSON.parse(text.toString()).outputs[0].data[0]);
  }

  async #binary(value: number): Promise<void> {
    const parameters = { binary_data_size: LARGE_BYTES };
    const { body, jsonBytes } = binaryBody(
      {
        inputs: [{ ...INPUT, shape: [1, LARGE_BYTES], parameters }],
        parameters: { binary_data_output: true },
      },
      new Uint8Array(LARGE_BYTES).fill(value),
    );
    const headers = { 'Inference-Header-Content-Length': String(jsonBytes) };
    const answer = await this.#ask(PATHS.large, body, headers);
    const tensor = answer.subarray(-LARGE_BYTES);
    if (answer.length < LARGE_BYTES || tensor.some((each) => each !== value))
      throw new Error(`the answer of ${answer.length} bytes is not the tensor that was sent`);
  }

  async #unary(value: number): Promise<void> {
    const answer = await this.#grpc.call('ModelInfer', messageOf(value), { deadline: Date.now() + LIMIT_MS });
    check(value, answer.raw_output_contents[0]?.[0]);
  }

  async #streamed(value: number): Promise<void> {
    const stream = this.#grpc.raw.ModelStreamInfer({ deadline: Date.now() + LIMIT_MS });
    const ended = new Promise<void>((resolve, reject) => {
      stream.once('end', resolve).once('error', reject);
    });
    // Whoever fails while the answer is awaited has failed once.
    ended.catch(() => {});
    stream.write(messageOf(value));
    try {
      const { infer_response: answer, error_message: fault } = await nextOf(stream);
      if (fault) throw new Error(fault);
      check(value, answer.raw_output_contents[0]?.[0]);
    } catch (thrown) {
      stream.cancel();
      throw thrown;
    }
    stream.end();
    await ended;
  }

  /** Settles with the body of an answer that went well. Nothing is sent twice, unlike `fetch` may. */
  #ask(path: string, body?: Uint8Array, headers: Record<string, string> = {}): Promise<Buffer> {
    const method = body === undefined ? 'GET' : 'POST';
    const length = { 'Content-Length': String(body?.length ?? 0) };
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.#port, path, method, agent: this.#agent };
      const sending = request({ ...options, headers: { ...headers, ...length } }, (response) => {
        const pieces: Buffer[] = [];
        response.on('data', (piece: Buffer) => pieces.push(piece));
        response.once('error', reject).once('end', () => {
          const answer = Buffer.concat(pieces);
          if (response.statusCode === 200) resolve(answer);
          else reject(new Error(`status ${response.statusCode}: ${answer.toString().slice(0, 200)}`));
        });
      });
      sending.setTimeout(LIMIT_MS, () => sending.destroy(new Error(`no answer in ${LIMIT_MS / 1000} s`)));
      sending.once('error', reject).end(body);
    });
  }
}

const INPUT = { name: 'input', datatype: 'UINT8' };

function messageOf(value: number): object {
  return {
    model_name: 'm',
    inputs: [{ ...INPUT, shape: [1, 1] }],
    raw_input_contents: [Buffer.from([value])],
  };
}

function check(sent: number, answered: unknown): void {
  if (answered !== sent) throw new Error(`sent ${sent} and got ${answered}`);
}

function none(): Count {
  return { sent: 0, answered: 0, failed: 0, slowestMs: 0 };
}

function sentenceOf(thrown: unknown): string {
  const text = thrown instanceof Error ? thrown.message : JSON.stringify(thrown);
  return text.replace(/\s+/g, ' ').trim();
}
