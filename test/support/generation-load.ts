import { Agent, request } from 'node:http';
import { type Deferred, deferred } from '#core/deferred.js';
import { type Got, generationOf, ROW_LENGTH } from './generations.js';
import { grpcClient, type Loose, nextOf } from './grpc-client.js';
import { bytesOf } from './onnx-models.js';
import { randomOf } from './random.js';

export interface LoadShape {
  readonly name: string;
  readonly restConnections: number;
  /** Calls at a time, and streams with one request under way on each. */
  readonly grpcCalls: number;
  readonly grpcStreams: number;
  /** Numbers that may be sent: 0 to `places` - 1. */
  readonly places: number;
  versionOf(generation: number): string;
}

interface Ports {
  readonly rest: number;
  readonly grpc: number;
}

type Ask = (sent: readonly number[]) => Promise<Got>;

/** What came of a load. */
export interface Tally {
  readonly answers: number;
  /** Each answer that was not as it must be, and each request that failed; the first hundred. */
  readonly faults: readonly string[];
  /** Answers of each generation. */
  readonly byGeneration: ReadonlyMap<number, number>;
}

const MOST_ROWS = 4;
const MOST_FAULTS = 100;

/**
 * Constant requests to a model of `generations.ts` over REST, gRPC calls and gRPC streams. No request that is sent after
 * a generation is known to serve, by the loader's word or by any answer, may be answered by an older one.
 */
export class GenerationLoad {
  readonly #shape: LoadShape;
  readonly #asks: readonly Ask[];
  readonly #close: () => Promise<void>;
  readonly #faults: string[] = [];
  readonly #byGeneration = new Map<number, number>();
  #answers = 0;
  #least = 0;
  #most = 0;
  #goal: { readonly count: number; readonly reached: Deferred<void> } = { count: 0, reached: deferred() };
  #isOver = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(ports: Ports, shape: LoadShape) {
    this.#shape = shape;
    const agents = Array.from(
      { length: shape.restConnections },
      () => new Agent({ keepAlive: true, maxSockets: 1 }),
    );
    const client = grpcClient(ports.grpc);
    const streams = Array.from({ length: shape.grpcStreams }, () => client.stream('ModelStreamInfer'));
    this.#asks = [
      ...agents.map((agent) => (sent: readonly number[]) => overRest(ports.rest, agent, shape.name, sent)),
      ...Array.from(
        { length: shape.grpcCalls },
        () => async (sent: readonly number[]) =>
          gotOf(await client.call('ModelInfer', messageOf(shape.name, sent))),
      ),
      ...streams.map((stream) => (sent: readonly number[]) => overStream(stream, shape.name, sent)),
    ];
    // Whoever waits for an answer hears of it too.
    for (const stream of streams) stream.on('error', () => {});
    const ended = streams.map((stream) => new Promise((resolve) => stream.once('status', resolve)));
    this.#close = async () => {
      for (const stream of streams) stream.end();
      await Promise.all(ended);
      for (const agent of agents) agent.destroy();
      client.close();
    };
  }

  /** A generation is there from now on, and may answer. */
  written(generation: number): void {
    this.#most = generation;
  }

  /** The loader said that it serves: who asks from now on gets it or a newer one. */
  acknowledged(generation: number): void {
    this.#least = Math.max(this.#least, generation);
  }

  start(): void {
    this.#running = Promise.all(this.#asks.map((ask, i) => this.#askOnAndOn(ask, i)));
  }

  /** Settles once so many more requests have been answered, or one as it must not be. */
  more(answers: number): Promise<void> {
    this.#goal = { count: this.#answers + answers, reached: deferred() };
    if (this.#faults.length > 0) this.#goal.reached.resolve();
    return this.#goal.reached.promise;
  }

  /** Lets the requests under way be answered. */
  async stop(): Promise<Tally> {
    this.#isOver = true;
    await this.#running;
    await this.#close();
    return { answers: this.#answers, faults: this.#faults, byGeneration: this.#byGeneration };
  }

  async #askOnAndOn(ask: Ask, seed: number): Promise<void> {
    const random = randomOf(seed);
    while (!this.#isOver && this.#faults.length < MOST_FAULTS) {
      const rows = 1 + random(MOST_ROWS);
      const sent = Array.from({ length: rows * ROW_LENGTH }, () => random(this.#shape.places));
      const least = this.#least;
      try {
        const got = await ask(sent);
        const { versionOf } = this.#shape;
        this.#judge(generationOf(sent, got, { least, most: this.#most, versionOf }));
      } catch (thrown) {
        this.#judge(String(thrown));
      }
    }
  }

  #judge(found: number | string): void {
    this.#answers++;
    const { count, reached } = this.#goal;
    if (this.#answers >= count || typeof found === 'string') reached.resolve();
    if (typeof found === 'string') {
      this.#faults.push(found);
      return;
    }
    this.#least = Math.max(this.#least, found);
    this.#byGeneration.set(found, (this.#byGeneration.get(found) ?? 0) + 1);
  }
}

function overRest(port: number, agent: Agent, name: string, sent: readonly number[]): Promise<Got> {
  const shape = [sent.length / ROW_LENGTH, ROW_LENGTH];
  const body = JSON.stringify({ inputs: [{ name: 'x', datatype: 'FP32', shape, data: sent }] });
  return new Promise((resolve, reject) => {
    const asked = request({
      host: '127.0.0.1',
      port,
      agent,
      method: 'POST',
      path: `/v2/models/${name}/infer`,
    });
    asked.on('error', reject);
    asked.on('response', async (response) => {
      try {
        const text = Buffer.concat(await response.toArray()).toString();
        if (response.statusCode !== 200) throw new Error(`REST ${response.statusCode}: ${text}`);
        const { model_version: version, outputs } = JSON.parse(text);
        resolve({ version, values: outputs[0].data });
      } catch (thrown) {
        reject(thrown);
      }
    });
    asked.end(body);
  });
}

async function overStream(stream: Loose, name: string, sent: readonly number[]): Promise<Got> {
  const next = nextOf(stream);
  stream.write(messageOf(name, sent));
  const { error_message, infer_response } = await next;
  if (error_message) throw new Error(`gRPC stream: ${error_message}`);
  return gotOf(infer_response);
}

function messageOf(name: string, sent: readonly number[]): object {
  return {
    model_name: name,
    inputs: [{ name: 'x', datatype: 'FP32', shape: [sent.length / ROW_LENGTH, ROW_LENGTH] }],
    raw_input_contents: [bytesOf(Float32Array.from(sent))],
  };
}

function gotOf({ model_version: version, raw_output_contents: [raw] }: Loose): Got {
  const bytes = Uint8Array.from(raw as Uint8Array);
  return { version, values: [...new Float32Array(bytes.buffer)] };
}
