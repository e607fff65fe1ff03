/** The first output of an answer, whoever gave it: all must say what the engine says. */
import { fromBinary } from '@bufbuild/protobuf';
import { openSession } from '#backend/registry.js';
import { ModelInferResponseSchema } from '#protocol/grpc/gen/open_inference_grpc_pb.js';
import { PLAIN_OPTIONS } from '../../test/support/load-options.js';
import { grpcAnswer, type OneInput, type RestRequest } from '../requests.js';

/** Engines of other builds add in another order. */
const MOST_DIFFERENCE = 1e-3;

/** What the engine of this repository makes of it. */
export async function engineAnswer(path: string, input: OneInput): Promise<Float32Array> {
  const { session } = await openSession({ path }, PLAIN_OPTIONS);
  const { datatype, shape, data } = input;
  const [output] = await session.run(
    [{ name: input.input ?? 'input', datatype, shape, data: data.slice() }],
    session.outputs.map(({ name }) => name),
  );
  await session.dispose();
  if (output === undefined) throw new Error(`${path} has no output`);
  return floats(output.data);
}

/** Asks once over REST. Rejects unless the answer is the one expected. */
export async function checkRest(
  port: number,
  { path, headers, body }: RestRequest,
  expected: Float32Array,
): Promise<void> {
  const answer = await fetch(`http://127.0.0.1:${port}${path}`, { method: 'POST', headers, body });
  const bytes = new Uint8Array(await answer.arrayBuffer());
  if (answer.status !== 200)
    throw new Error(`answered ${answer.status}: ${Buffer.from(bytes).toString().slice(0, 200)}`);
  const jsonBytes = answer.headers.get('inference-header-content-length');
  same(jsonBytes === null ? jsonOutput(bytes) : floats(bytes.subarray(Number(jsonBytes))), expected);
}

/** Asks once over gRPC; how many bytes the answer has. */
export async function checkGrpc(port: number, message: Uint8Array, expected: Float32Array): Promise<number> {
  const answer = await grpcAnswer(port, message);
  const { rawOutputContents, outputs } = fromBinary(ModelInferResponseSchema, answer);
  const [raw] = rawOutputContents;
  same(
    raw === undefined ? Float32Array.from(outputs[0]?.contents?.fp32Contents ?? []) : floats(raw),
    expected,
  );
  return answer.length;
}

function jsonOutput(bytes: Uint8Array): Float32Array {
  const { outputs } = JSON.parse(Buffer.from(bytes).toString()) as { outputs: { data: number[] }[] };
  return Float32Array.from(outputs[0]?.data ?? []);
}

function floats(bytes: Uint8Array): Float32Array {
  // A Buffer's slice would be a view of whatever it is part of.
  return new Float32Array(Uint8Array.from(bytes).buffer);
}

/** Throws unless both have as many elements, and all are as good as the same. */
export function same(found: Float32Array, expected: Float32Array): void {
  if (found.length !== expected.length)
    throw new Error(`answered with ${found.length} numbers, and not with ${expected.length}`);
  for (const [i, value] of expected.entries()) {
    const other = found[i] ?? Number.NaN;
    if (!(Math.abs(other - value) <= MOST_DIFFERENCE * Math.max(1, Math.abs(value))))
      throw new Error(`answered with ${other} at ${i}, and not with ${value}`);
  }
}
