/** One call of a remote procedure with an empty message, whatever the procedure. */
import { connect } from 'node:http2';

export interface RawOutcome {
  /** The gRPC status; 0 also for a stream that goes on. */
  readonly code: number;
  readonly message: string;
}

const EMPTY_MESSAGE = Buffer.alloc(5);

export function callRaw(
  port: number,
  path: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<RawOutcome> {
  return new Promise((resolve, reject) => {
    const session = connect(`http://127.0.0.1:${port}`);
    const stream = session.request({
      ':method': 'POST',
      ':path': path,
      'content-type': 'application/grpc',
      te: 'trailers',
      ...headers,
    });
    const finish = (trailers: Readonly<Record<string, unknown>>): void => {
      const message = decodeURIComponent(String(trailers['grpc-message'] ?? ''));
      resolve({ code: Number(trailers['grpc-status'] ?? 0), message });
      session.destroy();
    };
    session.on('error', reject);
    stream.on('error', reject);
    stream.on('response', (first) => {
      if (first['grpc-status'] !== undefined) finish(first);
    });
    stream.on('trailers', finish);
    stream.on('data', () => finish({}));
    stream.end(EMPTY_MESSAGE);
  });
}
