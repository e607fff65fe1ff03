import { readFileSync } from 'node:fs';
import { operationFailed } from '#cli/command-failure.js';
import { failed, type ManagedServer, read } from '#cli/models/managed-server.js';
import { messageOf } from '#core/errors.js';

/** A request for inference, ready to be sent again and again. */
export interface InferRequest {
  /** Below the server's address. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
}

interface Input {
  readonly name: string;
  readonly datatype: string;
  readonly shape: readonly number[];
}

const BYTES: Readonly<Record<string, number>> = {
  ...{ BOOL: 1, INT8: 1, UINT8: 1, INT16: 2, UINT16: 2, FP16: 2, BF16: 2, INT32: 4, UINT32: 4, FP32: 4 },
  ...{ INT64: 8, UINT64: 8, FP64: 8 },
  // A string without letters: its length.
  BYTES: 4,
};

/** One row of zeros of what the model's metadata says, as binary tensors; or the request of a file, as it is. */
export async function inferRequest(
  server: ManagedServer,
  name: string,
  file: string | undefined,
): Promise<InferRequest> {
  const model = `v2/models/${encodeURIComponent(name)}`;
  const path = `${model}/infer`;
  if (file !== undefined) {
    const headers = { 'content-type': 'application/json' };
    return { path, headers, body: bodyOf(server.command, file) };
  }
  const inputs = await read(server, model, (metadata) =>
    metadata
      .key('inputs')
      .list()
      .map((input) => ({
        name: input.key('name').text(),
        datatype: input.key('datatype').text(),
        shape: input
          .key('shape')
          .list()
          .map((size) => size.number()),
      })),
  );
  const open = inputs.find(({ shape }) => shape.slice(1).some((size) => size < 0));
  if (open !== undefined)
    throw failed(
      server,
      `input '${open.name}' of model '${name}' has sizes that requests choose ([${open.shape.join(', ')}]); --request gives a request to measure with`,
    );
  return { path, ...zeros(inputs) };
}

/** The form is that of Triton's binary tensors. */
function zeros(inputs: readonly Input[]): Pick<InferRequest, 'headers' | 'body'> {
  const told = inputs.map(({ name, datatype, shape }) => {
    const row = shape.map((size) => Math.max(1, size));
    const elements = row.reduce((product, size) => product * size, 1);
    return {
      ...{ name, datatype, shape: row },
      parameters: { binary_data_size: elements * (BYTES[datatype] ?? 4) },
    };
  });
  const head = new TextEncoder().encode(
    JSON.stringify({ inputs: told, parameters: { binary_data_output: true } }),
  );
  const size = told.reduce((sum, { parameters }) => sum + parameters.binary_data_size, 0);
  const body = new Uint8Array(head.length + size);
  body.set(head);
  return {
    headers: {
      'content-type': 'application/octet-stream',
      'inference-header-content-length': String(head.length),
    },
    body,
  };
}

function bodyOf(command: string, file: string): Uint8Array {
  try {
    const bytes = readFileSync(file);
    JSON.parse(bytes.toString());
    return bytes;
  } catch (thrown) {
    throw operationFailed(command, `${file}: ${messageOf(thrown)}`);
  }
}
