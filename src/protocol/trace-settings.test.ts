import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TraceChange } from '#serving/trace-settings.js';
import { readTraceChange, traceSettingValues } from './trace-settings.js';

type Values = Readonly<Record<string, readonly string[]>>;

const read = (values: Values): TraceChange => readTraceChange(new Map(Object.entries(values)));

const good: [values: Values, change: TraceChange][] = [
  [{}, {}],
  [{ trace_level: ['OFF'] }, { levels: [] }],
  [{ trace_level: ['TENSORS', 'TIMESTAMPS'] }, { levels: ['TIMESTAMPS', 'TENSORS'] }],
  [{ trace_level: [] }, { levels: null }],
  [
    { trace_rate: ['1'], trace_count: ['-1'], log_frequency: ['0'] },
    { rate: 1, count: -1, logFrequency: 0 },
  ],
  [{ trace_rate: ['4294967295'] }, { rate: 4_294_967_295 }],
  [
    { trace_rate: [], trace_count: [], log_frequency: [] },
    { rate: null, count: null, logFrequency: null },
  ],
  [{ trace_mode: ['triton'], trace_file: [] }, { mode: 'triton' }],
  [
    { trace_mode: ['opentelemetry'], trace_rate: ['0'] },
    { mode: 'opentelemetry', rate: 0 },
  ],
  [{ trace_mode: [] }, {}],
];

for (const [values, change] of good) {
  test(`${JSON.stringify(values)} is read`, () => assert.deepEqual(read(values), change));
}

const RATE = "'trace_rate' must be an integer from 0 to 4294967295, but is";
const LEVEL = "'trace_level' must be OFF, or TIMESTAMPS, TENSORS or both, but is";
const bad: [values: Values, message: string, code?: string][] = [
  [{ trace_rate: ['-1'] }, `${RATE} "-1"`],
  [{ trace_rate: ['4294967296'] }, `${RATE} "4294967296"`],
  [{ trace_rate: ['1.5'] }, `${RATE} "1.5"`],
  [{ trace_rate: [''] }, `${RATE} ""`],
  [{ trace_rate: ['1', '2'] }, `${RATE} ["1","2"]`],
  [{ trace_count: ['-2'] }, `'trace_count' must be an integer from -1 to 2147483647, but is "-2"`],
  [{ log_frequency: ['-1'] }, `'log_frequency' must be an integer from 0 to 4294967295, but is "-1"`],
  [{ trace_level: ['MAX'] }, `${LEVEL} "MAX"`],
  [{ trace_level: ['OFF', 'TENSORS'] }, `${LEVEL} ["OFF","TENSORS"]`],
  [{ trace_mode: ['zipkin'] }, `'trace_mode' must be triton or opentelemetry, but is "zipkin"`],
  [
    { trace_rate: ['1'], rate: ['1'] },
    "tracing has no setting 'rate'; it has trace_file, trace_level, trace_rate, trace_count, log_frequency, trace_mode",
  ],
  [{ trace_file: ['x'] }, 'trace file location can not be updated through network protocol', 'UNIMPLEMENTED'],
];

for (const [values, message, code = 'INVALID_ARGUMENT'] of bad) {
  test(`${JSON.stringify(values)} is refused`, () => {
    assert.throws(() => read(values), { code, message });
  });
}

test('what is told can be read again, but for the file', () => {
  const settings = {
    mode: 'opentelemetry',
    file: '/t.json',
    levels: ['TENSORS'],
    rate: 3,
    count: 4,
    logFrequency: 5,
  } as const;
  const { trace_file: file, ...values } = traceSettingValues(settings);
  assert.deepEqual(file, ['/t.json']);
  assert.deepEqual(read(values), {
    mode: 'opentelemetry',
    levels: ['TENSORS'],
    rate: 3,
    count: 4,
    logFrequency: 5,
  });
});
