import assert from 'node:assert/strict';
import { subscribe } from 'node:diagnostics_channel';
import { appendFileSync } from 'node:fs';
import { test } from 'node:test';
import type { Session } from '#backend/backend.js';
import type { LoadOptions } from '#backend/options.js';
import { type LogRecord, logChannel } from '#core/log.js';
import type { DataType } from '#tensor/datatype.js';
import { elementCount } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import { backendContract } from '../../../test/contract/backend.js';
import { PLAIN_OPTIONS } from '../../../test/support/load-options.js';
import { MEDIAPIPE_MODELS, mediapipePath, seedModel } from '../../../test/support/real-models.js';
import {
  addAndSubtract,
  bytesOf,
  custom,
  divide,
  gather,
  modelFolder,
  remember,
  reshape,
  trapOnZero,
  where,
} from '../../../test/support/tflite-models.js';
import { type ModelDraft, TENSOR_TYPE, writeTflite } from '../../../test/support/tflite-writer.js';
import { litertBackend } from './backend.js';

const save = modelFolder();
const open = (path: string, options: Partial<LoadOptions> = {}): Promise<Session> =>
  litertBackend.load({ path }, { ...PLAIN_OPTIONS, ...options });
const int32 = (name: string, ...values: number[]): Tensor => {
  return { name, datatype: 'INT32', shape: [values.length], data: bytesOf(Int32Array.from(values)) };
};
const float = (name: string, shape: readonly number[], ...values: number[]): Tensor => {
  return { name, datatype: 'FP32', shape, data: bytesOf(Float32Array.from(values)) };
};
const floatsOf = (tensor: Tensor | undefined): number[] => [
  ...new Float32Array((tensor?.data ?? new Uint8Array()).slice().buffer),
];
const runAll = (session: Session, ...inputs: Tensor[]): Promise<readonly Tensor[]> =>
  session.run(
    inputs,
    session.outputs.map(({ name }) => name),
  );

const CLAIMED: readonly [DataType, keyof typeof TENSOR_TYPE][] = [
  ['FP32', 'FLOAT32'],
  ['FP16', 'FLOAT16'],
  ['BF16', 'BFLOAT16'],
  ['FP64', 'FLOAT64'],
  ['INT8', 'INT8'],
  ['INT16', 'INT16'],
  ['INT32', 'INT32'],
  ['INT64', 'INT64'],
  ['UINT8', 'UINT8'],
  ['UINT16', 'UINT16'],
  ['UINT32', 'UINT32'],
  ['UINT64', 'UINT64'],
  ['BOOL', 'BOOL'],
];

backendContract('litert', () => ({
  backend: litertBackend,
  options: PLAIN_OPTIONS,
  identities: CLAIMED.map(([datatype, type]) => ({
    datatype,
    path: save(`identity-${type}`, reshape(TENSOR_TYPE[type], [2, 4], [2, 4])),
    shape: [2, 4],
  })),
  manyOutputs: {
    path: save('many-outputs', addAndSubtract()),
    inputs: [float('a', [1, 4], 1, 2, 3, 4), float('b', [1, 4], 10, 20, 30, 40)],
  },
  failing: { path: save('gather', gather()), bad: [int32('i', 1, 9)], good: [int32('i', 1, 3)] },
  broken: [
    save('cut-off', writeTflite(addAndSubtract()).slice(0, 600)),
    save('only-the-magic', new TextEncoder().encode('\x10\0\0\0TFL3')),
    save('no-operator', custom('MyOwnOp')),
  ],
}));

const seed = seedModel();
test('the model of the seed answers what the seed shows', {
  skip: seed ? false : 'the seed document is not at ../shared/data/seed',
}, async () => {
  assert.ok(seed);
  const session = await open(seed.path);
  assert.deepEqual(
    session.inputs.map(({ name, datatype, shape }) => ({ name, datatype, shape })),
    [{ name: 'input', datatype: 'UINT8', shape: [1, 28, 28, 1] }],
  );
  assert.deepEqual(session.outputs[0]?.quantization, { scales: [1 / 256], zeroPoints: [0], axis: null });
  const input: Tensor = { name: 'input', datatype: 'UINT8', shape: [1, 28, 28, 1], data: seed.data };
  const [output] = await runAll(session, input);
  assert.deepEqual([...(output?.data ?? [])], seed.answer);
});

for (const { file, inputs, outputs } of MEDIAPIPE_MODELS) {
  test(`${file} is served`, async () => {
    const session = await open(mediapipePath(file));
    assert.deepEqual(Object.fromEntries(session.inputs.map(({ name, shape }) => [name, shape])), inputs);
    assert.deepEqual(Object.fromEntries(session.outputs.map(({ name, shape }) => [name, shape])), outputs);
    let answer: number[][] = [];
    for (const pixel of [() => 0, (i: number) => ((i * 7919) % 256) / 255]) {
      const given = session.inputs.map(({ name, shape }) => ({
        ...float(name, shape),
        data: bytesOf(Float32Array.from({ length: elementCount(shape) }, (_, i) => pixel(i))),
      }));
      const before = answer;
      answer = (await runAll(session, ...given)).map(floatsOf);
      assert.deepEqual(
        answer.map(({ length }) => length),
        session.outputs.map(({ shape }) => elementCount(shape)),
      );
      assert.ok(answer.flat().every(Number.isFinite));
      assert.notDeepEqual(answer, before);
    }
    await session.dispose();
  });
}

test('another provider is refused, unless the CPU may stand in', async () => {
  const path = save('provider', addAndSubtract());
  await assert.rejects(open(path, { provider: 'cuda:0' }), {
    code: 'INVALID_ARGUMENT',
    message: 'LiteRT for WebAssembly runs on the CPU only, and cuda:0 was asked for',
  });
  const session = await open(path, { provider: 'cuda:0', allowFallback: true });
  assert.equal(session.facts.provider, 'cpu');
});

test('the facts are those of the engine, whatever was asked for', async () => {
  const { facts } = await open(save('facts', addAndSubtract()), { threads: 4 });
  assert.match(facts.engine, /^litert 2\.\d+\.\d+$/);
  // The whole memory of a WebAssembly module, which has pages of 64 KiB.
  assert.equal(facts.heldBytes % 65536, 0);
  assert.ok(facts.heldBytes > 1024 * 1024, String(facts.heldBytes));
  assert.deepEqual(
    { ...facts, engine: '', heldBytes: 0 },
    {
      engine: '',
      heldBytes: 0,
      provider: 'cpu',
      threads: 1,
      modelBytes: writeTflite(addAndSubtract()).length,
    },
  );
});

const missing = 'LiteRT for WebAssembly needs fixed sizes';
const refused: [what: string, draft: ModelDraft, message: string | RegExp][] = [
  [
    'an operator that is not built in',
    custom('MyOwnOp'),
    'LiteRT cannot load the model: LiteRT for WebAssembly does not have its operator "MyOwnOp"',
  ],
  [
    'an empty input',
    addAndSubtract({ shape: [0, 4] }),
    `tensor "a" of shape [0,4] has no elements; ${missing}`,
  ],
  [
    'an input beyond all memory',
    addAndSubtract({ shape: [2 ** 29] }),
    'tensor "a" of shape [536870912] has 2147483648 bytes, more than WebAssembly holds',
  ],
  [
    'an output of any size',
    where([6, 1]),
    /^LiteRT cannot load the model: the size of an output is only known when/,
  ],
  ['an output of any size, declared as one row', where([1, 1]), new RegExp(`${missing}$`)],
  [
    'an output that is declared in another shape',
    {
      ...addAndSubtract(),
      tensors: addAndSubtract().tensors.map((t) => (t.name === 'd' ? { ...t, shape: [4] } : t)),
    },
    'LiteRT cannot load the model: its output "d" is [4] in the file and [1,4] when run',
  ],
  [
    'a signature that leaves out an output',
    {
      ...addAndSubtract(),
      signatures: [
        {
          key: 's',
          inputs: [
            ['a', 0],
            ['b', 1],
          ],
          outputs: [['c', 2]],
        },
      ],
    },
    'LiteRT cannot load the model: its signature does not name every input and output exactly once',
  ],
  [
    'an output that is an input',
    { ...addAndSubtract(), outputs: [2, 0] },
    'output "a" is an input as well, which LiteRT computes wrongly',
  ],
  [
    'a variable tensor',
    addAndSubtract({ isVariable: true }),
    'LiteRT cannot load the model: Variable tensors not yet supported',
  ],
  ['a trap', trapOnZero(), 'LiteRT cannot load the model: divide result unrepresentable'],
];

for (const [what, draft, message] of refused) {
  test(`a model with ${what} is refused, and the next one loads`, async () => {
    await assert.rejects(open(save('refused', draft)), { code: 'INVALID_ARGUMENT', message });
    const session = await open(save('next', addAndSubtract()));
    const [sum] = await runAll(session, float('a', [1, 4], 1, 2, 3, 4), float('b', [1, 4], 1, 1, 1, 1));
    assert.deepEqual(floatsOf(sum), [2, 3, 4, 5]);
  });
}

test('a file that cannot be read is refused without its path', async () => {
  const path = save('there', addAndSubtract());
  await assert.rejects(open(`${path}.not`), {
    code: 'INVALID_ARGUMENT',
    message: 'the file cannot be read (ENOENT)',
  });
});

test('outputs come under the names of the signature, from the tensors that it means', async () => {
  const signatures = [
    {
      key: 's',
      inputs: [
        ['B', 1],
        ['A', 0],
      ],
      outputs: [
        ['less', 3],
        ['more', 2],
      ],
    },
  ] as const;
  const session = await open(save('signature', { ...addAndSubtract(), signatures }));
  const [less, more] = await session.run(
    [float('B', [1, 4], 1, 1, 1, 1), float('A', [1, 4], 5, 6, 7, 8)],
    ['less', 'more'],
  );
  assert.deepEqual(
    [floatsOf(less), floatsOf(more)],
    [
      [4, 5, 6, 7],
      [6, 7, 8, 9],
    ],
  );
});

test('of several signatures the second can be the one that is served', async () => {
  const more = [reshape(TENSOR_TYPE.INT32, [2, 2], [4])];
  const signatures = [
    {
      key: 'other',
      inputs: [
        ['a', 0],
        ['b', 1],
      ],
      outputs: [
        ['c', 2],
        ['d', 3],
      ],
    },
    { key: 'serving_default', inputs: [['in', 0]], outputs: [['out', 2]], subgraph: 1 },
  ] as const;
  const session = await open(save('second-signature', { ...addAndSubtract(), more, signatures }));
  const [out] = await runAll(session, { ...int32('in', 1, 2, 3, 4), shape: [2, 2] });
  assert.deepEqual(out, int32('out', 1, 2, 3, 4));
});

// LiteRT itself answers the first of the two with whatever lay in its memory.
test('an output that is listed twice has its value both times', async () => {
  const session = await open(save('twice', { ...addAndSubtract(), outputs: [2, 3, 2] }));
  const answer = await runAll(session, float('a', [1, 4], 1, 2, 3, 4), float('b', [1, 4], 10, 20, 30, 40));
  const sum = float('c', [1, 4], 11, 22, 33, 44);
  assert.deepEqual(answer, [sum, float('d', [1, 4], -9, -18, -27, -36), { ...sum, name: 'c:2' }]);
});

test('a shape of another size or rank is refused, never written over the memory', async () => {
  const session = await open(save('shape', addAndSubtract()));
  const b = float('b', [1, 4], 1, 2, 3, 4);
  for (const [shape, count] of [
    [[2, 4], 8],
    [[4], 4],
    [[1, 3], 3],
  ] as const) {
    await assert.rejects(runAll(session, float('a', shape, ...new Array<number>(count).fill(1)), b), {
      code: 'INVALID_ARGUMENT',
      message: `input "a" is [${shape}]; [1,4] was expected`,
    });
  }
});

test('a run that traps is INTERNAL, and the next one is answered', async () => {
  const session = await open(save('divide', divide()));
  const quotient = async (a: number, b: number): Promise<Tensor | undefined> => {
    return (await runAll(session, int32('a', a), int32('b', b)))[0];
  };
  assert.deepEqual(await quotient(84, 2), int32('q', 42));
  await assert.rejects(quotient(1, 0), { code: 'INTERNAL', message: /^LiteRT failed: / });
  await assert.rejects(quotient(-2147483648, -1), {
    code: 'INTERNAL',
    message: 'LiteRT stopped: divide result unrepresentable',
  });
  assert.deepEqual(await quotient(84, -2), int32('q', -42));
});

test('after a trap a file that was changed meanwhile is not taken for the model', async () => {
  const path = save('changed', divide());
  const session = await open(path);
  await assert.rejects(runAll(session, int32('a', -2147483648), int32('b', -1)), { code: 'INTERNAL' });
  appendFileSync(path, 'x');
  await assert.rejects(runAll(session, int32('a', 4), int32('b', 2)), {
    code: 'INTERNAL',
    message: 'LiteRT stopped, and the model file is not what it was when it was loaded',
  });
});

test('a model that remembers begins with the first request, not with the trial', async () => {
  const session = await open(save('remember', remember()));
  const next = async (x: number): Promise<number[]> =>
    floatsOf((await runAll(session, float('x', [1], x)))[0]);
  assert.deepEqual([await next(1), await next(1), await next(0)], [[1.5], [4], [8]]);
});

test('LiteRT speaks through the log, at DEBUG', async (t) => {
  const records: LogRecord[] = [];
  subscribe(logChannel.name, (record) => records.push(record as LogRecord));
  const written = t.mock.method(process.stderr, 'write');
  const consoles = (['log', 'warn', 'error'] as const).map((name) => t.mock.method(console, name));
  await open(save('chatter', addAndSubtract()));
  await assert.rejects(open(save('chatter', custom('MyOwnOp'))));
  assert.deepEqual(
    [written, ...consoles].map((mock) => mock.mock.callCount()),
    [0, 0, 0, 0],
  );
  const lines = records.filter(({ target }) => target === 'backend::litert');
  assert.ok(lines.some(({ message }) => message.includes('MyOwnOp')));
  assert.deepEqual([...new Set(lines.map(({ level }) => level))], ['DEBUG']);
});
