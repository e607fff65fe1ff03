import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestHttps } from 'node:https';
import { failed, type ManagedServer } from '#cli/models/managed-server.js';
import type { Clock } from '#core/clock.js';
import type { RunTime } from '#planning/run-cost.js';
import type { InferRequest } from './infer-request.js';
import { lookAtModel, type ModelLook, runsBetween } from './model-look.js';

/** What a load told of a model. */
export interface Measured {
  readonly runs: readonly RunTime[];
  readonly aroundMs: number | null;
  /** Latencies of requests that were alone: so many even quantiles of them, ascending. */
  readonly aloneMs: readonly number[];
  readonly answerBytes: number;
  readonly after: ModelLook;
}

/** Requests under way at the same time, one step after the other: batches form as large as there are requests. */
const STEPS = [2, 4, 8, 16, 32, 64] as const;
const FIRST_REQUESTS = 20;
const ALONE_PART = 0.4;
const QUANTILES = 50;
const LIMIT_MS = 30_000;

/** Loads the server for so long, and a little more for what is under way then. Throws a CommandFailure. */
export async function measure(
  server: ManagedServer,
  name: string,
  request: InferRequest,
  { seconds, clock }: { readonly seconds: number; readonly clock: Clock },
): Promise<Measured> {
  const client = new Client(server, request);
  try {
    for (let i = 0; i < FIRST_REQUESTS; i++) await client.ask();
    const before = await lookAtModel(server, name);
    const alone = await client.loop(1, seconds * ALONE_PART * 1000, clock);
    let [full, last] = [before, before];
    for (const connections of STEPS) {
      full = last;
      await client.loop(connections, (seconds * (1 - ALONE_PART) * 1000) / STEPS.length, clock);
      last = await lookAtModel(server, name);
    }
    return {
      runs: runsBetween(before.runs, last.runs),
      aroundMs: aroundBetween(full, last),
      aloneMs: evenQuantiles(alone, QUANTILES),
      answerBytes: client.answerBytes,
      after: last,
    };
  } finally {
    client.close();
  }
}

/** What a request took of the main thread, on average; null where that is not known, or too few came. */
export function aroundBetween(before: ModelLook, after: ModelLook): number | null {
  const answered = after.answered - before.answered;
  if (before.mainBusyMs === null || after.mainBusyMs === null || answered < 50) return null;
  return Math.max(0, after.mainBusyMs - before.mainBusyMs) / answered;
}

export function evenQuantiles(values: readonly number[], count: number): readonly number[] {
  const sorted = [...values].sort((a, b) => a - b);
  if (sorted.length < count) return sorted;
  return Array.from(
    { length: count },
    (_, i) => sorted[Math.floor(((i + 0.5) / count) * sorted.length)] ?? 0,
  );
}

class Client {
  readonly #server: ManagedServer;
  readonly #request: InferRequest;
  readonly #url: URL;
  readonly #agent: HttpAgent;
  answerBytes = 0;

  constructor(server: ManagedServer, request: InferRequest) {
    this.#server = server;
    this.#request = request;
    this.#url = new URL(request.path, server.url.endsWith('/') ? server.url : `${server.url}/`);
    const options = { keepAlive: true, ...server.tls };
    this.#agent = this.#url.protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options);
  }

  /** So many requests are always under way; answers how long each took, in ms. */
  async loop(connections: number, forMs: number, clock: Clock): Promise<readonly number[]> {
    const endsAt = clock.now() + forMs;
    const latencies: number[] = [];
    const one = async (): Promise<void> => {
      for (let now = clock.now(); now < endsAt; ) {
        await this.ask();
        const done = clock.now();
        latencies.push(done - now);
        now = done;
      }
    };
    await Promise.all(Array.from({ length: connections }, one));
    return latencies;
  }

  ask(): Promise<void> {
    const { headers, body } = this.#request;
    const { apiKey } = this.#server;
    const send = this.#url.protocol === 'https:' ? requestHttps : requestHttp;
    return new Promise((resolve, reject) => {
      const options = {
        method: 'POST',
        agent: this.#agent,
        signal: AbortSignal.timeout(LIMIT_MS),
        headers: {
          ...headers,
          'content-length': String(body.length),
          ...(apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` }),
        },
      };
      const sent = send(this.#url, options, (response) => {
        const parts: Uint8Array[] = [];
        response.on('data', (part: Uint8Array) => parts.push(part));
        response.on('error', reject);
        response.on('end', () => {
          this.answerBytes = parts.reduce((sum, { length }) => sum + length, 0);
          if (response.statusCode === 200) return resolve();
          const text = parts.map((part) => new TextDecoder().decode(part)).join('');
          reject(
            failed(this.#server, `${this.#url.href} answered ${response.statusCode}: ${text.slice(0, 500)}`),
          );
        });
      });
      sent.on('error', (error) =>
        reject(failed(this.#server, `no answer from ${this.#url.href}: ${error.message}`)),
      );
      sent.end(body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
