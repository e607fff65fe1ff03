/**
 * Requests that are wrong: every encoding that can say the fault gets the same sentence, and the status that
 * docs/errors.md promises for its code. The rows of inference that the table of servers' answers has, and more.
 */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { ErrorCode } from '#core/errors.js';
import { PLAIN_BATCHING } from '#lifecycle/offer.js';
import type { DataType } from '#tensor/datatype.js';
import { bytesOfList } from '../support/elements.js';
import {
  ENCODINGS,
  type Encoding,
  type SaidInput,
  type SaidParameters,
  type SaidRequest,
  type Speaker,
  speakersOf,
} from '../support/encodings.js';
import { statusOf } from '../support/error-statuses.js';
import { grpcClient } from '../support/grpc-client.js';
import {
  addSubModel,
  failingModel,
  identityModel,
  modelDirectory,
  writeModel,
} from '../support/onnx-models.js';
import { atEnd, serve } from '../support/serve.js';
import { GRPC, offerOf, settingsOf } from '../support/server.js';
import { DECAY_OPTIONS, decayModel } from '../support/stateful-models.js';

const folder = modelDirectory(after);

/** The encodings in which tensors are elements, and those in which they are bytes. */
const ELEMENTS: readonly Encoding[] = ['REST JSON', 'gRPC typed'];
const BYTES: readonly Encoding[] = ['REST binary', 'gRPC raw'];
const REST: readonly Encoding[] = ['REST JSON', 'REST binary'];

interface Row {
  readonly fault: string;
  /** The encodings that can say it; all where nothing else is given. */
  readonly in?: readonly Encoding[];
  readonly request: SaidRequest;
  readonly code?: ErrorCode;
  readonly error: string;
}

type List = readonly (number | bigint | boolean | string)[];

const tensor = (name: string, datatype: DataType, shape: readonly number[], list: List): SaidInput => ({
  name,
  datatype,
  shape,
  data: bytesOfList(datatype, list),
});

const first = tensor('INPUT0', 'INT32', [1, 2], [5, 6]);
const second = tensor('INPUT1', 'INT32', [1, 2], [1, 2]);
const good: SaidRequest = { model: 'sums', inputs: [first, second] };

/** The request for sums with its first input changed. */
const sums = (change: SaidInput): SaidRequest => ({ ...good, inputs: [{ ...first, ...change }, second] });

/** A request for one of the identity models. */
const one = (datatype: DataType, change: SaidInput, list: List = [1]): SaidRequest => ({
  model: datatype,
  inputs: [{ ...tensor('input', datatype, [list.length], list), ...change }],
});

/** A request for a model that serves sequences. */
const stateful = (parameters: SaidParameters): SaidRequest => ({
  model: 'stateful',
  inputs: [tensor('x', 'FP32', [1, 2], [1, 2])],
  parameters,
});

/** One byte for each axis of length 1. */
const axes = (count: number): readonly number[] => Array(count).fill(1);

const bytes = (...list: readonly number[]): Uint8Array => Uint8Array.from(list);

const BROKEN =
  'model \'broken\' version 1 is not at ready state: it could not be loaded: broken.onnx: "broken.onnx" is named like an ONNX model, but its content is not one';

const rows: readonly Row[] = [
  {
    fault: 'an unknown model',
    request: { ...good, model: 'nobody' },
    code: 'NOT_FOUND',
    error: "Request for unknown model: 'nobody' is not found",
  },
  {
    fault: 'an unknown version',
    request: { ...good, version: '9' },
    code: 'NOT_FOUND',
    error: "Request for unknown model: 'sums' version 9 is not found; it has 1",
  },
  {
    fault: 'a version that is not a number',
    request: { ...good, version: 'latest' },
    code: 'NOT_FOUND',
    error: "Request for unknown model: 'sums' version latest is not found; it has 1",
  },
  {
    fault: 'a model that is not ready',
    request: { ...good, model: 'broken' },
    code: 'UNAVAILABLE',
    error: BROKEN,
  },
  {
    fault: 'a version that is not ready',
    request: { ...good, model: 'broken', version: '1' },
    code: 'UNAVAILABLE',
    error: BROKEN,
  },
  {
    fault: 'no inputs',
    request: { ...good, inputs: [] },
    error:
      "expected 2 inputs but got 0 inputs for model 'sums'. Got input(s) [], but missing required input(s) ['INPUT0','INPUT1']. Please provide all required input(s).",
  },
  {
    fault: 'a missing input',
    request: { ...good, inputs: [first] },
    error:
      "expected 2 inputs but got 1 inputs for model 'sums'. Got input(s) ['INPUT0'], but missing required input(s) ['INPUT1']. Please provide all required input(s).",
  },
  {
    fault: 'an input too many',
    request: { ...good, inputs: [first, second, { ...second, name: 'INPUT2' }] },
    error: "unexpected inference input 'INPUT2' for model 'sums'; its inputs are 'INPUT0','INPUT1'",
  },
  {
    fault: 'an unknown input among known ones',
    request: sums({ name: 'INPUT7' }),
    error: "unexpected inference input 'INPUT7' for model 'sums'; its inputs are 'INPUT0','INPUT1'",
  },
  {
    fault: 'an input whose name has 10,000 characters',
    request: sums({ name: 'ü'.repeat(10_000) }),
    error: `unexpected inference input '${'ü'.repeat(60)}…' for model 'sums'; its inputs are 'INPUT0','INPUT1'`,
  },
  {
    fault: 'a long name whose 60th character takes two code units',
    request: sums({ name: `${'x'.repeat(59)}🚀🚀` }),
    error: `unexpected inference input '${'x'.repeat(59)}…' for model 'sums'; its inputs are 'INPUT0','INPUT1'`,
  },
  {
    fault: 'a name with what trailers, JSON and terminals treat specially',
    request: sums({ name: '%41 "\\ \u0000\u001b\n 한' }),
    error:
      "unexpected inference input '%41 \"\\ \u0000\u001b\n 한' for model 'sums'; its inputs are 'INPUT0','INPUT1'",
  },
  {
    fault: 'an unknown name, of a model that is strict',
    request: { model: 'strict', inputs: [{ ...first, name: 'a' }, second] },
    error: "unexpected inference input 'a' for model 'strict'; its inputs are 'INPUT0','INPUT1'",
  },
  {
    fault: 'an input twice',
    request: sums({ name: 'INPUT1' }),
    error: "input 'INPUT1' already exists in request",
  },
  {
    fault: 'an input without a name',
    request: one('UINT8', { name: undefined as never }),
    error: "'inputs[0].name' is missing",
  },
  {
    fault: 'an input with an empty name',
    request: one('UINT8', { name: '' }),
    error: "'inputs[0].name' is missing",
  },
  {
    fault: 'an unknown output',
    request: { ...good, outputs: ['OUTPUT9'] },
    error: "unexpected inference output 'OUTPUT9' for model 'sums'; it has 'OUTPUT0','OUTPUT1'",
  },
  {
    fault: 'an output whose name has 10,000 characters',
    request: { ...good, outputs: ['x'.repeat(10_000)] },
    error: `unexpected inference output '${'x'.repeat(60)}…' for model 'sums'; it has 'OUTPUT0','OUTPUT1'`,
  },
  {
    fault: 'a model whose name has 800 characters',
    request: { ...good, model: 'x'.repeat(800) },
    code: 'NOT_FOUND',
    error: `Request for unknown model: '${'x'.repeat(60)}…' is not found`,
  },
  {
    fault: 'an output twice',
    request: { ...good, outputs: ['OUTPUT0', 'OUTPUT0'] },
    error: "output 'OUTPUT0' is requested twice",
  },
  {
    fault: 'an output twice, under two names',
    request: { ...good, model: 'npu', outputs: ['0', 'OUTPUT0'] },
    error: "output 'OUTPUT0' of model 'npu' is asked for more than once",
  },
  {
    fault: 'an output with an empty name',
    request: { ...good, outputs: [''] },
    error: "'outputs[0].name' is missing",
  },
  {
    fault: 'no datatype',
    request: one('UINT8', { datatype: undefined as never, writtenAs: 'UINT8' }),
    error: "'inputs[0].datatype' is missing",
  },
  {
    fault: 'an empty datatype',
    request: one('UINT8', { datatype: '', writtenAs: 'UINT8' }),
    error: "'inputs[0].datatype' is missing",
  },
  {
    fault: 'an unknown datatype that is another name of one',
    request: one('FP32', { datatype: 'FLOAT32', writtenAs: 'FP32' }),
    error: "'inputs[0].datatype' is 'FLOAT32', which is not a datatype: did you mean 'FP32'?",
  },
  {
    fault: 'an unknown datatype in small letters',
    request: one('FP32', { datatype: 'fp32', writtenAs: 'FP32' }),
    error: "'inputs[0].datatype' is 'fp32', which is not a datatype: did you mean 'FP32'?",
  },
  {
    fault: 'a datatype that is none at all',
    request: one('FP32', { datatype: 'x'.repeat(100), writtenAs: 'FP32' }),
    error: `'inputs[0].datatype' is '${'x'.repeat(60)}…', which is not a datatype: expected one of BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP16, BF16, FP32, FP64, BYTES`,
  },
  {
    fault: "another datatype than the model's",
    request: one('UINT8', { datatype: 'INT8' }),
    error: "inference input 'input' data-type is 'INT8', but model 'UINT8' expects 'UINT8'",
  },
  {
    fault: 'another shape than the model has',
    request: sums(tensor('INPUT0', 'INT32', [1, 3], [1, 2, 3])),
    error: "unexpected shape for input 'INPUT0' for model 'sums'. Expected [-1,2], got [1,3].",
  },
  {
    fault: 'more axes than the model has',
    request: one('UINT8', { shape: [2, 2] }, [1, 2, 3, 4]),
    error: "unexpected shape for input 'input' for model 'UINT8'. Expected [-1], got [2,2].",
  },
  {
    fault: 'an axis of length 1 too many, of a model that is strict',
    request: { model: 'strict', inputs: [{ ...first, shape: [1, 1, 2] }, second] },
    error: "unexpected shape for input 'INPUT0' for model 'strict'. Expected [-1,2], got [1,1,2].",
  },
  {
    fault: 'a negative axis',
    request: one('UINT8', { shape: [-1] }),
    error: "'inputs[0].shape[0]' must be an integer from 0 to 2^53-1, but is -1",
  },
  {
    fault: 'an axis of 2^53',
    request: one('UINT8', { shape: [1, 2 ** 53] }),
    error: "'inputs[0].shape[1]' must be an integer from 0 to 2^53-1, but is 9007199254740992",
  },
  {
    fault: 'seventeen axes',
    request: one('UINT8', { shape: axes(17) }),
    error: "'inputs[0].shape' has more than 16 axes, the most this server takes",
  },
  {
    fault: 'more inputs than anybody has',
    request: {
      model: 'UINT8',
      inputs: Array.from({ length: 4097 }, (_, i) => tensor(`input${i}`, 'UINT8', [1], [1])),
    },
    error: "'inputs' has more than 4096 elements",
  },
  {
    fault: 'more outputs than anybody has',
    request: { ...good, outputs: Array.from({ length: 4097 }, (_, i) => `output${i}`) },
    error: "'outputs' has more than 4096 elements",
  },
  {
    fault: 'too few elements',
    in: ELEMENTS,
    request: one('FP32', { shape: [3] }, [1, 2]),
    error: "input 'input' has 2 elements but its shape [3] needs 3",
  },
  {
    fault: 'too few bytes',
    in: BYTES,
    request: one('FP32', { shape: [3] }, [1, 2]),
    error:
      "input byte size mismatch for input 'input' for model 'FP32'. Expected 12, got 8: its shape is [3] and its datatype FP32",
  },
  {
    fault: 'too many elements',
    in: ELEMENTS,
    request: one('UINT8', { shape: [1] }, [1, 2]),
    error: "input 'input' has 2 elements but its shape [1] needs 1",
  },
  {
    fault: 'too many bytes',
    in: BYTES,
    request: one('UINT8', { shape: [1] }, [1, 2]),
    error:
      "input byte size mismatch for input 'input' for model 'UINT8'. Expected 1, got 2: its shape is [1] and its datatype UINT8",
  },
  {
    fault: 'elements for a shape that has none',
    in: ELEMENTS,
    request: one('INT64', { shape: [0, 4] }, [1]),
    error: "input 'input' has 1 element but its shape [0,4] needs 0",
  },
  {
    fault: 'a shape whose product overflows 2^53, in elements',
    in: ELEMENTS,
    request: one('UINT8', { shape: [2 ** 40, 2 ** 40] }),
    error:
      "input 'input' has 1 element but its shape [1099511627776,1099511627776] needs 1208925819614629174706176",
  },
  {
    fault: 'a shape whose product overflows 2^53, in bytes',
    in: BYTES,
    request: one('FP64', { shape: [2 ** 40, 2 ** 40] }),
    error:
      "input byte size mismatch for input 'input' for model 'FP64'. Expected 9671406556917033397649408, got 8: its shape is [1099511627776,1099511627776] and its datatype FP64",
  },
  {
    fault: 'a shape whose product is 2^64, which is 0 in 64 bits, and no elements',
    in: ELEMENTS,
    request: one('UINT8', { shape: [2 ** 32, 2 ** 32] }, []),
    error: "input 'input' has 0 elements but its shape [4294967296,4294967296] needs 18446744073709551616",
  },
  {
    fault: 'a shape whose product is 2^64, which is 0 in 64 bits, and no bytes',
    in: BYTES,
    request: one('UINT8', { shape: [2 ** 32, 2 ** 32] }, []),
    error:
      "input byte size mismatch for input 'input' for model 'UINT8'. Expected 18446744073709551616, got 0: its shape is [4294967296,4294967296] and its datatype UINT8",
  },
  {
    fault: 'no elements, and an axis that this engine cannot count',
    request: { model: 'open', inputs: [tensor('input', 'FP32', [0, 2 ** 40], [])] },
    error:
      'input "input": its shape [0,1099511627776] has an axis beyond 2^32-1, the most that ONNX Runtime for Node takes',
  },
  {
    fault: 'an element above its datatype',
    in: ELEMENTS,
    request: one('UINT8', { data: bytesOfList('UINT32', [300]), writtenAs: 'UINT32' }),
    error: "element 0 of input 'input' is 300, which UINT8 (0..255) cannot hold",
  },
  {
    fault: 'an element below its datatype',
    in: ELEMENTS,
    request: one('INT16', { data: bytesOfList('INT32', [1, -32769]), shape: [2], writtenAs: 'INT32' }),
    error: "element 1 of input 'input' is -32769, which INT16 (-32768..32767) cannot hold",
  },
  {
    fault: 'a truth value of 2',
    in: BYTES,
    request: one('BOOL', { data: bytes(1, 2), shape: [2] }),
    error: "element 1 of input 'input' is 2, which BOOL (0..1) cannot hold",
  },
  {
    fault: 'a text longer than the bytes are',
    in: BYTES,
    request: one('BYTES', { data: bytes(5, 0, 0, 0, 65) }),
    error: "element 0 of input 'input' is 5 bytes long, but the data ends 4 bytes before that",
  },
  {
    fault: 'a text of 4 GiB in five bytes',
    in: BYTES,
    request: one('BYTES', { data: bytes(255, 255, 255, 255, 65) }),
    error:
      "element 0 of input 'input' is 4294967295 bytes long, but the data ends 4294967294 bytes before that",
  },
  {
    fault: 'a text whose length is cut off',
    in: BYTES,
    request: one('BYTES', { data: bytes(0, 0, 0, 0, 1, 0, 0), shape: [1] }),
    error: "input 'input' needs 1 BYTES elements, but its data has 3 bytes more",
  },
  {
    fault: 'fewer texts than the shape says',
    in: ELEMENTS,
    request: one('BYTES', { shape: [3] }, ['a', 'b']),
    error: "input 'input' has 2 elements but its shape [3] needs 3",
  },
  {
    fault: 'fewer texts than the shape says, in bytes enough for their lengths',
    in: BYTES,
    request: one('BYTES', { shape: [2] }, ['abcdef']),
    error: "input 'input' needs 2 BYTES elements, but its data ends after 1",
  },
  {
    fault: 'a text that is not UTF-8, which this engine does not take',
    request: one('BYTES', { data: bytes(1, 0, 0, 0, 255) }),
    error: 'input "input": element 0 is not valid UTF-8, and the strings of ONNX models are UTF-8',
  },
  {
    fault: 'a text with a NUL, which this engine does not take',
    request: one('BYTES', {}, ['a', 'b\0c']),
    error: 'input "input": element 1 has a NUL byte, which a string of this model cannot hold',
  },
  {
    fault: 'an input without data over REST',
    in: REST,
    request: one('UINT8', { data: undefined as never }),
    error:
      "'inputs[0].data' is missing: Input must set only one of the following fields: 'data', 'binary_data_size' in 'parameters', 'shared_memory_region' in 'parameters'. But no field is set",
  },
  {
    fault: 'an input without contents over gRPC',
    in: ['gRPC raw', 'gRPC typed'],
    request: one('UINT8', { data: undefined as never }),
    error: "input 'input' has 0 elements but its shape [1] needs 1",
  },
  {
    fault: 'an input without a shape over REST',
    in: REST,
    request: one('UINT8', { shape: undefined as never }),
    error: "'inputs[0].shape' is missing",
  },
  {
    fault: 'more rows than the model takes at a time',
    request: { model: 'bounded', inputs: [tensor('input', 'FP32', [3, 1], [1, 2, 3])] },
    error: "inference request batch-size must be <= 2 for 'bounded', but is 3",
  },
  {
    fault: 'inputs that do not agree about the rows',
    request: { ...good, inputs: [first, tensor('INPUT1', 'INT32', [2, 2], [1, 2, 3, 4])] },
    error:
      "input 'INPUT1' batch size does not match other inputs for 'sums': it has 2 rows, and 'INPUT0' has 1",
  },
  {
    fault: 'a parameter with a name that Triton keeps for itself',
    request: { ...good, parameters: { triton_x: 1 } },
    error:
      "parameter keys starting with 'triton_' are reserved for Triton usage and should not be specified: 'triton_x'",
  },
  {
    fault: 'a priority that is no number',
    request: { ...good, parameters: { priority: 'high' } },
    error: '\'parameters.priority\' must be a non-negative integer, but is "high"',
  },
  {
    fault: 'a timeout before the request',
    request: { ...good, parameters: { timeout: -1 } },
    error: "'parameters.timeout' must be a non-negative integer, but is -1",
  },
  {
    fault: 'an id of a sequence that is none',
    request: { ...good, parameters: { sequence_id: -1 } },
    error: "'parameters.sequence_id' must be an integer from 0 to 2^64-1 or a string, but is -1",
  },
  {
    fault: 'an id of a sequence that is a truth value',
    request: { ...good, parameters: { sequence_id: true } },
    error: "'parameters.sequence_id' must be an integer from 0 to 2^64-1 or a string, but is true",
  },
  {
    fault: 'a start of a sequence that is a number',
    request: { ...good, parameters: { sequence_id: 1, sequence_start: 1 } },
    error: "'parameters.sequence_start' must be true or false, but is 1",
  },
  {
    fault: 'an end of a sequence that is text',
    request: { ...good, parameters: { sequence_end: 'true' } },
    error: '\'parameters.sequence_end\' must be true or false, but is "true"',
  },
  {
    fault: 'no sequence for a model that serves sequences',
    request: stateful({}),
    error: "inference request to model 'stateful' must specify a non-zero or non-empty correlation ID",
  },
  {
    fault: 'the sequence 0',
    request: stateful({ sequence_id: 0, sequence_start: true }),
    error: "inference request to model 'stateful' must specify a non-zero or non-empty correlation ID",
  },
  {
    fault: 'a sequence with an empty id',
    request: stateful({ sequence_id: '', sequence_start: true }),
    error: "inference request to model 'stateful' must specify a non-zero or non-empty correlation ID",
  },
  {
    fault: 'a sequence that was not started',
    request: stateful({ sequence_id: 404 }),
    error:
      "inference request for sequence 404 to model 'stateful' must specify the START flag on the first request of the sequence",
  },
  {
    fault: 'a sequence with an id of text that was not started',
    request: stateful({ sequence_id: 'four', sequence_end: true }),
    error:
      "inference request for sequence four to model 'stateful' must specify the START flag on the first request of the sequence",
  },
  {
    fault: 'an id of a sequence that is too long',
    request: stateful({ sequence_id: 'é'.repeat(65), sequence_start: true }),
    error:
      "inference request to model 'stateful' has a correlation ID of 130 bytes, but at most 128 are taken",
  },
  {
    fault: 'two rows in a request of a sequence',
    request: {
      model: 'stateful',
      inputs: [tensor('x', 'FP32', [2, 2], [1, 2, 3, 4])],
      parameters: { sequence_id: 1, sequence_start: true },
    },
    error:
      "inference request to model 'stateful' must specify batch-size 1 due to requirements of sequence batcher, but has 2 rows",
  },
  {
    fault: 'a control input that the server fills in',
    request: {
      model: 'stateful',
      inputs: [tensor('x', 'FP32', [1, 2], [1, 2]), tensor('START', 'INT32', [1, 1], [1])],
      parameters: { sequence_id: 1, sequence_start: true },
    },
    error: "unexpected inference input 'START' for model 'stateful'; its input is 'x'",
  },
  {
    fault: 'an output that the server keeps for the next request',
    request: { ...stateful({ sequence_id: 1, sequence_start: true }), outputs: ['h_next'] },
    error: "unexpected inference output 'h_next' for model 'stateful'; it has 'y','told','who'",
  },
  {
    fault: 'a class count that is none',
    request: { ...good, outputs: [{ name: 'OUTPUT0', parameters: { classification: 'three' } }] },
    error: '\'outputs[0].parameters.classification\' must be a non-negative integer, but is "three"',
  },
  {
    fault: 'classes of truth values',
    request: { ...one('BOOL', {}, [true]), outputs: [{ name: 'output', parameters: { classification: 1 } }] },
    error:
      "class result not available for output 'output' due to unsupported type 'BOOL': classification takes UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP32, FP64",
  },
  {
    fault: 'a region of shared memory where there is none',
    request: {
      ...good,
      outputs: [{ name: 'OUTPUT0', parameters: { shared_memory_region: 'r', shared_memory_byte_size: 8 } }],
    },
    code: 'UNIMPLEMENTED',
    error: "Client shared memory is disabled. Start the server with '--allow-client-shm=true' to enable.",
  },
  {
    fault: 'what the engine refuses while it runs',
    request: { model: 'raises', inputs: [tensor('index', 'INT64', [1], [99])] },
    code: 'INTERNAL',
    error:
      'onnxruntime: Gather node: indices element out of data bounds, idx=99 must be within the inclusive range [-3,2]',
  },
];

describe('a request that is wrong has the same sentence in every encoding', () => {
  const end = atEnd(after);
  let speakers: readonly Speaker[];

  before(async () => {
    const offer = (name: string, model: Uint8Array, parts = {}): ReturnType<typeof offerOf> =>
      offerOf({ name, path: writeModel(folder, `${name}.onnx`, model), ...parts });
    const identities: readonly DataType[] = ['BOOL', 'UINT8', 'INT16', 'INT64', 'FP32', 'FP64', 'BYTES'];
    const settings = settingsOf(
      [
        offer('sums', addSubModel('INT32', ['batch', 2])),
        offer('strict', addSubModel('INT32', ['batch', 2]), { strict: true }),
        offer('npu', addSubModel('INT32', [1, 2]), { platform: 'npu' }),
        offer('open', identityModel('FP32', ['rows', 'columns'])),
        offer('raises', failingModel()),
        offer('bounded', identityModel('FP32', ['rows', 'columns']), {
          maxBatchSize: 2,
          batching: { ...PLAIN_BATCHING, splitLarge: false },
        }),
        offer('stateful', decayModel(), { maxBatchSize: 4, sequence: DECAY_OPTIONS }),
        offer('broken', bytes(1, 2, 3)),
        ...identities.map((type) => offer(type, identityModel(type))),
      ],
      { grpc: GRPC },
    );
    const server = await serve(end, settings);
    const client = grpcClient(server.grpcPort);
    end(() => client.close());
    speakers = speakersOf(server.port, client);
  });

  for (const { fault, in: encodings = ENCODINGS, request, code = 'INVALID_ARGUMENT', error } of rows) {
    test(`${fault}: ${code}`, async () => {
      for (const { encoding, infer } of speakers.filter((each) => encodings.includes(each.encoding))) {
        const protocol = encoding.startsWith('gRPC') ? 'grpc' : 'http';
        const expected = { protocol, status: statusOf(code)[protocol], error };
        assert.deepEqual(await infer(request), expected, encoding);
        const next = await infer(good);
        if (!('outputs' in next)) assert.fail(`the next request in ${encoding}: ${next.error}`);
      }
    });
  }
});
