import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLAIN_OPTIONS } from '../../../test/support/load-options.js';
import { CPU, formatProvider, providersOf, refuseUnknownProviders } from './providers.js';
import { sessionOptions } from './session-options.js';

const KNOWN = ['cpu', 'cuda', 'tensorrt'];

test('nothing configured: the threads of the device, and none that spins', () => {
  assert.deepEqual(sessionOptions({ ...PLAIN_OPTIONS, threads: 3 }, [CPU]), {
    executionProviders: [{ name: 'cpu' }],
    intraOpNumThreads: 3,
    interOpNumThreads: 1,
    extra: { 'session.intra_op.allow_spinning': '0', 'session.inter_op.allow_spinning': '0' },
  });
});

test('every setting reaches the engine under its own name', () => {
  const onnxruntime = {
    graph_optimization_level: 'basic',
    execution_mode: 'parallel',
    inter_op_num_threads: 2,
    enable_cpu_mem_arena: false,
    enable_mem_pattern: true,
    session_config: { 'session.intra_op.allow_spinning': '1', 'session.set_denormal_as_zero': '1' },
  } as const;
  const providers = [{ name: 'cuda', deviceId: 1 }, CPU];
  assert.deepEqual(sessionOptions({ ...PLAIN_OPTIONS, onnxruntime }, providers), {
    executionProviders: [{ name: 'cuda', deviceId: 1 }, { name: 'cpu' }],
    intraOpNumThreads: 1,
    interOpNumThreads: 2,
    graphOptimizationLevel: 'basic',
    executionMode: 'parallel',
    enableCpuMemArena: false,
    enableMemPattern: true,
    extra: {
      'session.intra_op.allow_spinning': '1',
      'session.inter_op.allow_spinning': '0',
      'session.set_denormal_as_zero': '1',
    },
  });
});

const rows: [device: string, wished: string[] | undefined, expected: string][] = [
  ['cpu', undefined, 'cpu'],
  ['cpu', [], 'cpu'],
  ['cuda:1', undefined, 'cuda:1'],
  ['cuda', undefined, 'cuda:0'],
  ['cuda:1', ['tensorrt', 'cuda', 'cpu'], 'tensorrt:1,cuda:1,cpu'],
  ['cuda:0', ['CUDAExecutionProvider', 'CPUExecutionProvider'], 'cuda:0,cpu'],
  ['cpu', ['cuda'], 'cuda:0'],
];

for (const [device, wished, expected] of rows) {
  test(`${device} with execution_providers ${wished ? `[${wished}]` : 'unsaid'} is ${expected}`, () => {
    assert.equal(providersOf(device, wished).map(formatProvider).join(), expected);
  });
}

test('a device that would lie idle is refused', () => {
  assert.throws(() => providersOf('cuda:0', ['cpu']), {
    code: 'INVALID_ARGUMENT',
    message: 'execution_providers [cpu] would leave the device cuda:0 unused: name "cuda" there',
  });
});

test('a provider that this build has not is refused', () => {
  refuseUnknownProviders(providersOf('cuda:0', ['tensorrt', 'cpu']), KNOWN);
  assert.throws(() => refuseUnknownProviders(providersOf('rocm:0', undefined), KNOWN), {
    code: 'INVALID_ARGUMENT',
    message: 'this build has no execution provider "rocm" (it has cpu, cuda, tensorrt)',
  });
});
