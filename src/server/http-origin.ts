import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CallAnswer, CallOrigin } from '#core/call-origin.js';

/** What an HTTP exchange tells to whoever traces it. Made when somebody asks. */
export class HttpOrigin implements CallOrigin, CallAnswer {
  readonly transport = 'http';
  readonly operation: string;
  readonly #request: IncomingMessage;
  readonly #response: ServerResponse;

  constructor(operation: string, request: IncomingMessage, response: ServerResponse) {
    this.operation = operation;
    this.#request = request;
    this.#response = response;
  }

  get path(): string {
    return (this.#request.url ?? '').replace(/\?.*$/s, '');
  }

  get answer(): CallAnswer {
    return this;
  }

  header(name: string): string | undefined {
    const value = this.#request.headers[name];
    return Array.isArray(value) ? value.join(', ') : value;
  }

  setHeader(name: string, value: string): void {
    if (!this.#response.headersSent) this.#response.setHeader(name, value);
  }

  onceSent(fn: (code: number | null) => void): void {
    const response = this.#response;
    const codeOf = (): number | null => (response.writableFinished ? response.statusCode : null);
    if (response.closed) fn(codeOf());
    else response.once('close', () => fn(codeOf()));
  }
}
