import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Call } from '#core/call.js';
import type { TraceRecord } from '#inference/trace.js';
import type { Tensor } from '#tensor/tensor.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { MAX_TRACED_BYTES } from './trace.js';
import type { TraceChange, TraceSettings } from './trace-settings.js';
import { Tracing } from './tracing.js';

const START: TraceSettings = {
  mode: 'triton',
  file: '/x',
  levels: [],
  rate: 1000,
  count: -1,
  logFrequency: 0,
};
const call: Call = { signal: new AbortController().signal, deadline: null, receivedAt: 0, transport: 'http' };

interface Written {
  readonly record: TraceRecord;
  readonly tracesPerFile: number;
}

function setUp(start: Partial<TraceSettings> = {}): {
  tracing: Tracing;
  written: Written[];
  clock: FakeClock;
  ask: (name: string, times?: number) => void;
} {
  const clock = new FakeClock();
  const written: Written[] = [];
  const sink = {
    write: (record: TraceRecord, tracesPerFile: number) => void written.push({ record, tracesPerFile }),
  };
  const tracing = new Tracing({ ...START, ...start }, { file: sink, spans: null }, clock);
  const ask = (name: string, times = 1): void => {
    for (let i = 0; i < times; i++) tracing.begin(null, { name, version: '1' }, call)?.end();
  };
  return { tracing, written, clock, ask };
}

type Step = readonly [model: string | null, change: TraceChange];
const rows: [
  title: string,
  steps: readonly Step[],
  all: Partial<TraceSettings>,
  m: Partial<TraceSettings>,
][] = [
  ['nothing', [], {}, {}],
  ['all models', [[null, { rate: 5 }]], { rate: 5 }, { rate: 5 }],
  ['one model', [['m', { rate: 5 }]], {}, { rate: 5 }],
  [
    'both, and the model wins',
    [
      ['m', { rate: 5, levels: ['TENSORS'] }],
      [null, { rate: 7, count: 3 }],
    ],
    { rate: 7, count: 3 },
    { rate: 5, levels: ['TENSORS'], count: 3 },
  ],
  [
    'a model that goes back',
    [
      [null, { rate: 7 }],
      ['m', { rate: 5, logFrequency: 2 }],
      ['m', { rate: null }],
    ],
    { rate: 7 },
    { rate: 7, logFrequency: 2 },
  ],
  [
    'all models go back',
    [
      [null, { rate: 7, levels: ['TIMESTAMPS'], logFrequency: 1 }],
      [null, { rate: null, levels: null }],
    ],
    { logFrequency: 1 },
    { logFrequency: 1 },
  ],
  [
    'off for one model only',
    [
      [null, { levels: ['TIMESTAMPS'] }],
      ['m', { levels: [] }],
    ],
    { levels: ['TIMESTAMPS'] },
    { levels: [] },
  ],
];

for (const [title, steps, all, m] of rows) {
  test(`settings: ${title}`, () => {
    const { tracing } = setUp();
    for (const [model, change] of steps) tracing.change(model, change);
    assert.deepEqual(tracing.settings(null), { ...START, ...all });
    assert.deepEqual(tracing.settings('other'), { ...START, ...all });
    assert.deepEqual(tracing.settings('m'), { ...START, ...m });
  });
}

test('what is off is not traced, and what is switched on is', () => {
  const { tracing, written, ask } = setUp({ rate: 1 });
  ask('m');
  tracing.change('m', { levels: ['TIMESTAMPS'] });
  ask('other');
  ask('m');
  tracing.change('m', { levels: null });
  ask('m');
  assert.deepEqual(
    written.map(({ record }) => [record.id, record.model.name]),
    [[1, 'm']],
  );
});

test('a count is told as what is left of it, and begins anew when it is cleared', () => {
  const { tracing, written, ask } = setUp({ rate: 1, count: 3, levels: ['TIMESTAMPS'] });
  ask('m', 2);
  assert.equal(tracing.settings(null).count, 1);
  ask('m', 2);
  assert.deepEqual([written.length, tracing.settings(null).count], [3, 0]);
  tracing.change(null, { count: null });
  assert.equal(tracing.settings(null).count, 3);
});

test('models count together what they have not of their own', () => {
  const { tracing, written, ask } = setUp({ rate: 2, count: 3, levels: ['TIMESTAMPS'] });
  tracing.change('own', { count: 1, rate: 1 });
  ask('own', 5);
  assert.deepEqual([tracing.settings('own').count, tracing.settings(null).count], [0, 3]);
  tracing.change('shares', { levels: ['TENSORS'] });
  ask('a');
  ask('shares');
  assert.deepEqual(
    written.map(({ record }) => record.model.name),
    ['own', 'shares'],
  );
  assert.equal(tracing.settings('a').count, 2);
});

test('a change of one setting does not disturb what another counts', () => {
  const { tracing, written, ask } = setUp({ rate: 3, levels: ['TIMESTAMPS'] });
  ask('m', 2);
  tracing.change(null, { logFrequency: 4 });
  ask('m');
  assert.deepEqual(
    written.map(({ tracesPerFile }) => tracesPerFile),
    [4],
  );
});

test('without a file nothing can be switched on, and all else can be changed', () => {
  const tracing = new Tracing({ ...START, file: '' }, { file: null, spans: null }, new FakeClock());
  const message =
    "'trace_level' cannot be TIMESTAMPS and TENSORS: the server was started without a trace file (--trace-config file=PATH)";
  assert.throws(() => tracing.change('m', { rate: 1, levels: ['TIMESTAMPS', 'TENSORS'] }), {
    code: 'INVALID_ARGUMENT',
    message,
  });
  assert.equal(tracing.settings('m').rate, 1000);
  tracing.change('m', { rate: 1, levels: [] });
  tracing.change(null, { levels: null });
  assert.equal(tracing.settings('m').rate, 1);
});

const tensor = (name: string, bytes: number): Tensor => ({
  name,
  datatype: 'UINT8',
  shape: [bytes],
  data: new Uint8Array(bytes).fill(7),
});

test('a trace has copies of the tensors, as they were, and nothing of those that are too large', () => {
  const { tracing, written, clock } = setUp({ rate: 1, levels: ['TIMESTAMPS', 'TENSORS'] });
  const trace = tracing.begin('r', { name: 'm', version: '2' }, call);
  assert.ok(trace);
  const input = tensor('x', 3);
  trace.queued([input, tensor('large', MAX_TRACED_BYTES + 1), tensor('limit', MAX_TRACED_BYTES)], 1);
  input.data.fill(0);
  clock.advance(5);
  trace.computed([tensor('y', 1)], { queuedNs: 0, inputNs: 1, runNs: 2, outputNs: 3, batchRows: 1 }, false);
  trace.end();
  const [{ record }] = written as [Written];
  assert.deepEqual([record.id, record.model, record.requestId], [1, { name: 'm', version: '2' }, 'r']);
  assert.deepEqual(
    record.tensors.map(({ activity, name, byteSize, data }) => [activity, name, byteSize, data?.[0]]),
    [
      ['TENSOR_QUEUE_INPUT', 'x', 3, 7],
      ['TENSOR_QUEUE_INPUT', 'large', MAX_TRACED_BYTES + 1, undefined],
      ['TENSOR_QUEUE_INPUT', 'limit', MAX_TRACED_BYTES, 7],
      ['TENSOR_BACKEND_OUTPUT', 'y', 1, 7],
    ],
  );
  assert.equal(record.timestamps.at(-1)?.ns, 5_000_000);
});

for (const levels of [['TIMESTAMPS'], ['TENSORS']] as const) {
  test(`a trace of ${levels} has nothing else`, () => {
    const { tracing, written } = setUp({ rate: 1, levels });
    const trace = tracing.begin(null, { name: 'm', version: '1' }, call);
    trace?.queued([tensor('x', 1)], 1);
    trace?.end();
    const [{ record }] = written as [Written];
    assert.deepEqual(
      [record.timestamps.length > 0, record.tensors.length > 0],
      [levels[0] === 'TIMESTAMPS', levels[0] === 'TENSORS'],
    );
  });
}
