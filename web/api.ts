import { fetchWithKey } from './api-key.js';

/** What the server said instead of doing what it was asked. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Asks the server that this page came from. Throws ApiError with the server's sentence. */
export async function ask<Answer>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<Answer> {
  const init: RequestInit = { method };
  if (body !== undefined) {
    init.body = JSON.stringify(body);
    init.headers = { 'content-type': 'application/json' };
  }
  const response = await fetchWithKey(path, init);
  const text = await response.text();
  if (!response.ok)
    throw new ApiError(response.status, sentenceOf(text) ?? `${response.status} ${response.statusText}`);
  return JSON.parse(text === '' ? '{}' : text) as Answer;
}

/** `/v2/models/mnist/versions/1`, with whatever is in a name encoded. */
export function modelPath(model: string, version: string | null): string {
  const base = `/v2/models/${encodeURIComponent(model)}`;
  return version === null ? base : `${base}/versions/${encodeURIComponent(version)}`;
}

/** The sentence of an answer that says `{"error": "..."}`; null where it says nothing of the kind. */
export function sentenceOf(text: string): string | null {
  try {
    const { error } = JSON.parse(text) as { error?: unknown };
    return typeof error === 'string' ? error : null;
  } catch {
    return null;
  }
}
