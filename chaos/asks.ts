/** One request in each form that clients use, and the numbers that came back. */
import { Agent, type ClientRequest, type IncomingMessage, request } from 'node:http';
import { type Got, ROW_LENGTH } from '../test/support/generations.js';
import type { GrpcClient, Outcome } from '../test/support/grpc-client.js';
import { bytesOf } from '../test/support/onnx-models.js';

/** The server refused, or failed: its own words. */
export class Refusal extends Error {
  /** The HTTP status, or the gRPC code as `gRPC 14`. */
  readonly status: string;

  constructor(status: string, message: string) {
    super(message);
    this.status = status;
  }
}

/** Asks a model for rows of four numbers. Rejects with a Refusal where the server said why, with any other error where nothing came. */
export type Ask = (model: string, sent: readonly number[]) => Promise<Got>;

/** Nothing is given up on before that. */
export const PATIENCE_MS = 30_000;

interface Body {
  readonly headers: Readonly<Record<string, string>>;
  readonly bytes: Uint8Array;
}

export function jsonBody(sent: readonly number[]): Body {
  const inputs = [{ name: 'x', datatype: 'FP32', shape: shapeOf(sent), data: sent }];
  return { headers: {}, bytes: Buffer.from(JSON.stringify({ inputs })) };
}

function binaryBody(sent: readonly number[]): Body {
  const raw = bytesOf(Float32Array.from(sent));
  const parameters = { binary_data_size: raw.byteLength };
  const inputs = [{ name: 'x', datatype: 'FP32', shape: shapeOf(sent), parameters }];
  const outputs = [{ name: 'y', parameters: { binary_data: true } }];
  const head = Buffer.from(JSON.stringify({ inputs, outputs }));
  return {
    headers: { 'Inference-Header-Content-Length': String(head.byteLength) },
    bytes: Buffer.concat([head, raw]),
  };
}

/** Over a connection of its own, which is kept. */
export function restAsk(port: number, isBinary: boolean): { readonly ask: Ask; close(): void } {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const ask: Ask = (model, sent) =>
    new Promise((resolve, reject) => {
      const body = isBinary ? binaryBody(sent) : jsonBody(sent);
      const asked = post(port, model, body, agent);
      asked.setTimeout(PATIENCE_MS, () =>
        asked.destroy(new Error(`no answer within ${PATIENCE_MS / 1000} s`)),
      );
      asked.on('error', reject);
      asked.on('response', (response) => void gotOf(response).then(resolve, reject));
      asked.end(body.bytes);
    });
  return { ask, close: () => agent.destroy() };
}

export function grpcAsk(client: GrpcClient): Ask {
  return async (model, sent) => {
    const message = {
      model_name: model,
      inputs: [{ name: 'x', datatype: 'FP32', shape: shapeOf(sent) }],
      raw_input_contents: [bytesOf(Float32Array.from(sent))],
    };
    const answer = await client
      .call('ModelInfer', message, { deadline: Date.now() + PATIENCE_MS })
      .catch(({ code, details }: Outcome) => {
        throw new Refusal(`gRPC ${code}`, details);
      });
    return { version: answer.model_version, values: floatsOf(answer.raw_output_contents[0]) };
  };
}

/** When a client leaves. */
export type Cut = 'in the body' | 'before the answer';

/** A client that leaves in the middle; settles when it is gone. */
export function cutRequest(port: number, model: string, sent: readonly number[], cut: Cut): Promise<void> {
  return new Promise((resolve) => {
    const body = jsonBody(sent);
    const asked = post(port, model, body, undefined);
    asked.on('error', () => resolve());
    asked.on('close', () => resolve());
    asked.on('response', (response) => response.resume());
    const isHalf = cut === 'in the body';
    asked.write(isHalf ? body.bytes.subarray(0, body.bytes.byteLength >> 1) : body.bytes, () =>
      asked.destroy(),
    );
  });
}

function post(
  port: number,
  model: string,
  { headers, bytes }: Body,
  agent: Agent | undefined,
): ClientRequest {
  return request({
    host: '127.0.0.1',
    port,
    method: 'POST',
    path: `/v2/models/${model}/infer`,
    headers: { ...headers, 'Content-Length': bytes.byteLength },
    ...(agent !== undefined && { agent }),
  });
}

async function gotOf(response: IncomingMessage): Promise<Got> {
  const bytes = Buffer.concat(await response.toArray());
  const headLength = Number(response.headers['inference-header-content-length'] ?? bytes.byteLength);
  const head = JSON.parse(bytes.subarray(0, headLength).toString());
  if (response.statusCode !== 200) throw new Refusal(String(response.statusCode), String(head.error));
  const values = head.outputs[0].data ?? floatsOf(bytes.subarray(headLength));
  return { version: head.model_version, values };
}

function floatsOf(bytes: Uint8Array): number[] {
  return [...new Float32Array(Uint8Array.from(bytes).buffer)];
}

function shapeOf(sent: readonly number[]): number[] {
  return [sent.length / ROW_LENGTH, ROW_LENGTH];
}
