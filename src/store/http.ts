import { faultOfConnection, faultOfStatus, StoreFault } from './fault.js';

/** Asks a web server. A connection that fails is a fault, and so is being led from https to http. */
export async function ask(url: string, init: RequestInit, signal: AbortSignal): Promise<Response> {
  let response: Response;
  try {
    const headers = { 'accept-encoding': 'identity', ...(init.headers as Record<string, string>) };
    response = await fetch(url, { ...init, headers, signal });
  } catch (thrown) {
    throw signal.aborted ? signal.reason : faultOfConnection(thrown);
  }
  if (url.startsWith('https:') && response.url.startsWith('http:')) {
    await dismiss(response);
    throw new StoreFault('refused', 'the server leads away from https to http');
  }
  return response;
}

export function rangeFrom(offset: number): Readonly<Record<string, string>> {
  return offset === 0 ? {} : { range: `bytes=${offset}-` };
}

/** Where an answer with contents begins, and how long the whole is; null where it does not say. */
export function placeOf(response: Response): readonly [first: number, total: number | null] {
  if (response.status !== 206) return [0, lengthOf(response)];
  const match = /^bytes (\d+)-\d+\/(\d+|\*)$/.exec(response.headers.get('content-range') ?? '');
  if (match === null) return [-1, null];
  return [Number(match[1]), match[2] === '*' ? null : Number(match[2])];
}

export function lengthOf({ headers }: Response): number | null {
  const text = headers.get('content-length') ?? '';
  return /^\d{1,15}$/.test(text) ? Number(text) : null;
}

/**
 * Why an answer cannot be what comes from byte `offset` on of something with `byteLength` bytes, or null where it can. What
 * is encoded is refused: it would be unfolded to any size, and its length and tag are of something else.
 */
export function whyNotPart(response: Response, offset: number, byteLength: number | null): StoreFault | null {
  if (!response.ok) return faultOfAnswer(response);
  const encoded = faultOfEncoding(response);
  if (encoded !== null) return encoded;
  const [first, total] = placeOf(response);
  if (first !== 0 && first !== offset) {
    return new StoreFault('refused', `the server was asked for byte ${offset} on and sends others`);
  }
  if (byteLength !== null && total !== null && total !== byteLength) {
    return new StoreFault('changed', `it has ${total} bytes now and had ${byteLength}`);
  }
  return null;
}

export function faultOfEncoding({ headers }: Response): StoreFault | null {
  const encoding = headers.get('content-encoding') ?? 'identity';
  if (encoding.toLowerCase() === 'identity') return null;
  const reason = `the server sends it with Content-Encoding ${encoding} although it was asked not to`;
  return new StoreFault('refused', reason);
}

export function faultOfAnswer({ status, statusText, headers }: Response): StoreFault {
  return faultOfStatus(status, statusText, headers.get('retry-after'));
}

export async function* bytesOf({ body }: Response): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  try {
    for await (const bytes of body) yield bytes;
  } catch (thrown) {
    throw faultOfConnection(thrown);
  }
}

/** Lets the connection go without reading the rest. */
export async function dismiss({ body }: Response): Promise<void> {
  await body?.cancel().catch(() => {});
}
