import assert from 'node:assert/strict';
import { Agent, request } from 'node:http';
import { type ClientHttp2Session, connect } from 'node:http2';
import { quantile } from '../../bench/quantile.js';
import { frame } from './grpc-bytes.js';

/** An honest client beside a flood: one request after the other over a connection that it keeps, each answer checked. */
export interface LightClient {
  /** Asks until told to stop; answers the milliseconds of every request. */
  stop(): Promise<readonly number[]>;
}

/** Infers with a model whose output is its input, over REST. */
export function lightRest(port: number, model: string): LightClient {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const body = JSON.stringify({
    inputs: [{ name: 'input', datatype: 'UINT8', shape: [4], data: [1, 2, 3, 4] }],
  });
  const once = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = { 'content-length': body.length };
      const path = `/v2/models/${model}/infer`;
      const asked = request({ port, host: '127.0.0.1', agent, method: 'POST', path, headers }, (response) => {
        let text = '';
        response.setEncoding('utf8').on('data', (more: string) => {
          text += more;
        });
        response.on('end', () => resolve(`${response.statusCode} ${text}`));
      });
      asked.on('error', reject);
      asked.end(body);
    });
  return asking(
    async () => assert.match(await once(), /^200 .*"data":\[1,2,3,4\]/),
    () => agent.destroy(),
  );
}

/** Asks whether the server lives, over gRPC. */
export function lightGrpc(port: number): LightClient {
  const session: ClientHttp2Session = connect(`http://127.0.0.1:${port}`);
  const path = '/inference.GRPCInferenceService/ServerLive';
  const once = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const headers = {
        ':method': 'POST',
        ':path': path,
        'content-type': 'application/grpc',
        te: 'trailers',
      };
      const stream = session.request(headers);
      let status = '';
      stream.on('trailers', (trailers) => {
        status = String(trailers['grpc-status']);
      });
      stream.on('error', reject).on('end', () => resolve(status));
      stream.resume();
      stream.end(frame(Buffer.alloc(0)));
    });
  return asking(
    async () => assert.equal(await once(), '0'),
    () => session.destroy(),
  );
}

function asking(ask: () => Promise<void>, close: () => void): LightClient {
  let isStopped = false;
  const times: number[] = [];
  const asked = (async () => {
    while (!isStopped) {
      const startedAt = performance.now();
      await ask();
      times.push(performance.now() - startedAt);
    }
  })();
  // Whoever stops it hears of its failure.
  asked.catch(() => {});
  return {
    async stop() {
      isStopped = true;
      try {
        await asked;
      } finally {
        close();
      }
      assert.ok(times.length > 0, 'the light client was answered at least once');
      return times.sort((a, b) => a - b);
    },
  };
}

/** What a test tells of how the light client fared, and of this process's memory. */
export function fared(times: readonly number[]): string {
  const rss = Math.round(process.memoryUsage.rss() / 1024 / 1024);
  return `${times.length} requests beside it, p50 ${quantile(times, 0.5).toFixed(1)} ms, p99 ${quantile(times, 0.99).toFixed(1)} ms; ${rss} MiB resident`;
}
