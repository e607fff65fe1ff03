import { Agent, request } from 'node:http';
import { type GrpcClient, grpcClient } from '../support/grpc-client.js';

/** What became of the requests of one kind. */
export interface Count {
  sent: number;
  failed: number;
}

export interface Counts {
  readonly rest: Count;
  readonly grpc: Count;
  /** Asks for readiness, as a monitor would. */
  readonly probe: Count;
  /** The first failures, in words. */
  readonly failures: string[];
}

/** Requests of a client that does not care how its server is: so many come in a second, whatever becomes of them. */
export interface Load {
  readonly counts: Counts;
  /** Sends no more, and settles when all are answered. */
  stop(): Promise<void>;
}

/** From one request of REST, and one of gRPC, to the next. */
const INTERVAL_MS = 10;
/** Every so many of those, readiness is asked for. */
const PROBE_EVERY = 10;
const KEPT_FAILURES = 10;

export function startLoad(restPort: number, grpcPort: number): Load {
  const counts: Counts = {
    rest: { sent: 0, failed: 0 },
    grpc: { sent: 0, failed: 0 },
    probe: { sent: 0, failed: 0 },
    failures: [],
  };
  const agent = new Agent({ keepAlive: true });
  const grpc = grpcClient(grpcPort);
  const inFlight = new Set<Promise<void>>();
  const send = (kind: 'rest' | 'grpc' | 'probe', work: () => Promise<void>): void => {
    counts[kind].sent++;
    const sent = work()
      .catch((thrown: unknown) => {
        counts[kind].failed++;
        if (counts.failures.length < KEPT_FAILURES) counts.failures.push(`${kind}: ${sentenceOf(thrown)}`);
      })
      .finally(() => inFlight.delete(sent));
    inFlight.add(sent);
  };
  let turn = 0;
  const timer = setInterval(() => {
    const value = turn++ % 251;
    send('rest', () => inferOverRest(restPort, agent, value));
    send('grpc', () => inferOverGrpc(grpc, value));
    if (turn % PROBE_EVERY === 0) send('probe', () => probe(restPort, agent));
  }, INTERVAL_MS);
  return {
    counts,
    async stop() {
      clearInterval(timer);
      await Promise.all(inFlight);
      agent.destroy();
      grpc.close();
    },
  };
}

async function inferOverRest(port: number, agent: Agent, value: number): Promise<void> {
  const input = { name: 'input', datatype: 'UINT8', shape: [1], data: [value] };
  const text = await ask(port, agent, '/v2/models/m/infer', JSON.stringify({ inputs: [input] }));
  const [answered] = JSON.parse(text).outputs[0].data as number[];
  if (answered !== value) throw new Error(`sent ${value} and got ${answered}`);
}

async function inferOverGrpc(client: GrpcClient, value: number): Promise<void> {
  const input = { name: 'input', datatype: 'UINT8', shape: [1] };
  const message = { model_name: 'm', inputs: [input], raw_input_contents: [Buffer.from([value])] };
  const answer = await client.call('ModelInfer', message);
  const answered = (answer.raw_output_contents as Buffer[])[0]?.[0];
  if (answered !== value) throw new Error(`sent ${value} and got ${answered}`);
}

async function probe(port: number, agent: Agent): Promise<void> {
  await ask(port, agent, '/v2/health/ready');
}

/** Settles with the body of an answer that went well. Nothing is sent twice, unlike `fetch` may. */
function ask(port: number, agent: Agent, path: string, body?: string): Promise<string> {
  const method = body === undefined ? 'GET' : 'POST';
  return new Promise((resolve, reject) => {
    const sending = request({ host: '127.0.0.1', port, path, method, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece;
      });
      response.once('error', reject).once('end', () => {
        if (response.statusCode === 200) resolve(text);
        else reject(new Error(`status ${response.statusCode}: ${text.slice(0, 200)}`));
      });
    });
    sending.once('error', reject).end(body);
  });
}

function sentenceOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : JSON.stringify(thrown);
}
