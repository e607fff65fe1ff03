import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';

/** What is answered to a request: JSON with status 200, or a status with a body. */
export type ScriptedAnswer =
  | { readonly json: unknown }
  | { readonly status: number; readonly body: string; readonly headers?: Record<string, string> };

/** A server over a real socket that answers what a test tells it to. */
export interface AnsweringServer {
  readonly url: string;
  /** Every request so far, such as `POST /v2/x {"a":1}`. */
  readonly asked: readonly string[];
}

/**
 * Starts a server with answers by `METHOD /path`; of several for one request, each is given once, and the last for good.
 * What is not in the table is a 404 as furiosa-server words it.
 */
export async function answeringServer(
  t: TestContext,
  table: Readonly<Record<string, ScriptedAnswer | readonly ScriptedAnswer[]>>,
): Promise<AnsweringServer> {
  const asked: string[] = [];
  const given = new Map<string, number>();
  const answerTo = (line: string): ScriptedAnswer => {
    const answers = [table[line] ?? []].flat();
    const turn = given.get(line) ?? 0;
    given.set(line, turn + 1);
    return answers[Math.min(turn, answers.length - 1)] ?? NO_ROUTE;
  };
  const server = createServer(async (request, response) => {
    const body = Buffer.concat(await request.toArray()).toString();
    const line = `${request.method} ${request.url}`;
    asked.push(body === '' ? line : `${line} ${body}`);
    const answer = answerTo(line);
    if ('json' in answer) response.end(JSON.stringify(answer.json));
    else response.writeHead(answer.status, answer.headers).end(answer.body);
  });
  return { url: `http://127.0.0.1:${await listen(t, server)}`, asked };
}

const NO_ROUTE: ScriptedAnswer = { status: 404, body: '{"error":"there is no such route"}' };

/** Opens the server on a port of the system's choice, until the test ends. */
export async function listen(t: TestContext, server: Server): Promise<number> {
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return (server.address() as AddressInfo).port;
}

/** The address of a port where nobody listens. */
export async function closedUrl(): Promise<string> {
  const server = createServer();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  await new Promise((closed) => server.close(closed));
  return `http://127.0.0.1:${port}`;
}
