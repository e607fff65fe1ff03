import { generationOf, ROW_LENGTH } from '../test/support/generations.js';
import { type GrpcClient, grpcClient } from '../test/support/grpc-client.js';
import { type Random, randomOf } from '../test/support/random.js';
import { type Ask, grpcAsk, restAsk } from './asks.js';
import { type ModelFolder, PLACES } from './model-folder.js';
import { Tally } from './tally.js';

interface Ports {
  readonly rest: number;
  readonly grpc: number;
}

export interface LoadOptions {
  /** From one request of a client to its next, in milliseconds, on average. */
  readonly paceMs: number;
  /** Requests after which a client leaves, and another comes; 0 for never. */
  readonly churn: number;
}

/** An answer that was right. */
export type OnAnswer = (model: string, ms: number) => void;

const MOST_ROWS = 4;
/** Numbers, of 4 bytes each. */
const MUCH = 65_536;
const FORMS = ['json', 'binary', 'grpc'] as const;
type Form = (typeof FORMS)[number];

/**
 * Three clients for each model, one of each form: REST with JSON, REST with binary tensors, gRPC. Every answer is checked. A
 * client asks at times of its own, and not before it has been answered.
 */
export class Load {
  readonly tally: Tally = new Tally();
  readonly #ports: Ports;
  readonly #options: LoadOptions;
  readonly #onAnswer: OnAnswer;
  #isOver = false;
  #running: Promise<unknown> = Promise.resolve();

  constructor(ports: Ports, options: LoadOptions, onAnswer: OnAnswer = () => {}) {
    this.#ports = ports;
    this.#options = options;
    this.#onAnswer = onAnswer;
  }

  start(models: readonly ModelFolder[]): void {
    const clients = models.flatMap((model, i) =>
      FORMS.map((form, j) => this.#askOnAndOn(model, form, randomOf(i * FORMS.length + j + 1))),
    );
    this.#running = Promise.all(clients);
  }

  /** Lets the requests under way be answered. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#running;
  }

  /** One request of a model, of a quarter of a megabyte; it is counted with the others. */
  async askMuch(model: ModelFolder): Promise<void> {
    const client = this.#connect('binary');
    const sent = Array.from({ length: MUCH }, (_, i) => i % PLACES);
    await this.#askOnce(model, client.ask, sent);
    client.close();
  }

  async #askOnAndOn(model: ModelFolder, form: Form, random: Random): Promise<void> {
    while (!this.#isOver) {
      const client = this.#connect(form);
      for (let i = 0; !this.#isOver && (this.#options.churn === 0 || i < this.#options.churn); i++) {
        await this.#askOnce(model, client.ask, numbers(random));
        await pause(random(2 * this.#options.paceMs));
      }
      client.close();
    }
  }

  #connect(form: Form): { readonly ask: Ask; close(): void } {
    const { rest, grpc } = this.#ports;
    if (form !== 'grpc') return restAsk(rest, form === 'binary');
    const client: GrpcClient = grpcClient(grpc);
    return { ask: grpcAsk(client), close: () => client.close() };
  }

  async #askOnce(model: ModelFolder, ask: Ask, sent: readonly number[]): Promise<void> {
    const least = model.serving;
    const from = performance.now();
    try {
      const got = await ask(model.name, sent);
      const found = generationOf(sent, got, { least, most: model.written, versionOf: String });
      if (typeof found === 'string') throw new Error(`${model.name}: ${found}`);
      model.serving = Math.max(model.serving, found);
      this.tally.right();
      this.#onAnswer(model.name, performance.now() - from);
    } catch (thrown) {
      this.tally.failed(thrown);
    }
  }
}

/** One to four rows. */
export function numbers(random: Random): readonly number[] {
  return Array.from({ length: (1 + random(MOST_ROWS)) * ROW_LENGTH }, () => random(PLACES));
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
