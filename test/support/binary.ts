import { request as httpRequest } from 'node:http';

/** The bytes of a binary request: its JSON, and its tensors behind it. */
export interface BinaryBody {
  readonly body: Uint8Array;
  /** How many of them are JSON. */
  readonly jsonBytes: number;
}

export function binaryBody(json: unknown, ...blobs: readonly Uint8Array[]): BinaryBody {
  const head = Buffer.from(JSON.stringify(json));
  return { body: new Uint8Array(Buffer.concat([head, ...blobs])), jsonBytes: head.length };
}

export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** One POST as bytes, with nothing added to it and nothing taken off its answer. */
export function postBytes(
  port: number,
  path: string,
  body: Uint8Array | readonly Uint8Array[],
  headers: Readonly<Record<string, string>> = {},
): Promise<RawReply> {
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ host: '127.0.0.1', port, path, method: 'POST', headers, agent: false });
    sent.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('error', reject);
      response.on('end', () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(
            Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
          ),
          body: Buffer.concat(chunks),
        }),
      );
    });
    sent.on('error', reject);
    if (body instanceof Uint8Array) sent.end(body);
    else {
      for (const piece of body) sent.write(piece);
      sent.end();
    }
  });
}

/** One output of an answer: its JSON, and its bytes where it is binary. */
export interface AnsweredOutput {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
  readonly parameters?: Readonly<Record<string, unknown>> | null;
  readonly data?: readonly unknown[];
  readonly bytes?: Uint8Array;
}

/** The outputs of an answer, binary ones cut from behind the JSON; together they must be the whole body. */
export function answeredOutputs({ headers, body }: RawReply): readonly AnsweredOutput[] {
  const length = headers['inference-header-content-length'];
  let at = length === undefined ? body.length : Number(length);
  const { outputs } = JSON.parse(body.toString('utf8', 0, at)) as { outputs: AnsweredOutput[] };
  const cut = outputs.map((output) => {
    const size = output.parameters?.['binary_data_size'];
    if (typeof size !== 'number') return output;
    at += size;
    return { ...output, bytes: new Uint8Array(body.subarray(at - size, at)) };
  });
  if (at !== body.length)
    throw new Error(`the answer has ${body.length} bytes, and its outputs end at ${at}`);
  return cut;
}
