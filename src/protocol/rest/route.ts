import { Buffer } from 'node:buffer';
import { ServingError } from '#core/errors.js';
import type { ModelRef } from '#inference/request.js';
import type { Answer, Exchange, Route } from '#protocol/exchange.js';
import type { Operation, RestRoute } from './operation.js';
import { REQUEST_TIMEOUT } from './request-timeout.js';

const JSON_HEADERS: Readonly<Record<string, string>> = { 'content-type': 'application/json' };

export function get(path: string, operation: Operation, handle: Route['handle']): RestRoute {
  return { method: 'GET', path, category: operation.category, takesBody: false, operation, handle };
}

export function post(path: string, operation: Operation, handle: Route['handle']): RestRoute {
  // What a route says of its headers is what is read of them.
  const takesTimeout = Object.keys(REQUEST_TIMEOUT).every((name) => operation.headers?.[name]);
  return {
    method: 'POST',
    path,
    category: operation.category,
    takesBody: true,
    takesTimeout,
    operation,
    handle,
  };
}

/** A route of a model and the same of one of its versions. The second operation's id is the first one's and `Version`. */
export function ofModel(
  make: (path: string, operation: Operation, handle: Route['handle']) => RestRoute,
  rest: string,
  operation: Operation,
  handle: Route['handle'],
): readonly RestRoute[] {
  const ofVersion = { ...operation, id: `${operation.id}Version` };
  return [
    make(`/v2/models/:model${rest}`, operation, handle),
    make(`/v2/models/:model/versions/:version${rest}`, ofVersion, handle),
  ];
}

/** The model that a route names. */
export function modelRef({ params }: Exchange): ModelRef {
  const { model: name, version = null } = params;
  if (name === undefined) throw new ServingError('INTERNAL', 'a model route without a model. This is a bug.');
  return { name, version };
}

export function json(status: number, value: object): Answer {
  return ok(Buffer.from(JSON.stringify(value)), status);
}

/** An answer of JSON that is written already. */
export function ok(body: Uint8Array, status = 200): Answer {
  return { status, headers: JSON_HEADERS, body };
}
