import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { TraceRecord } from '#inference/trace.js';
import { FakeClock } from '../../test/support/fake-clock.js';
import { hearLog } from '../../test/support/heard.js';
import { TraceFile } from './trace-file.js';

function setUp(t: TestContext): { folder: string; path: string; clock: FakeClock; file: TraceFile } {
  const folder = mkdtempSync(join(tmpdir(), 'furiosa-trace-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const clock = new FakeClock();
  const path = join(folder, 'trace.json');
  return { folder, path, clock, file: new TraceFile(path, clock) };
}

const trace = (id: number, tensorBytes = 0): TraceRecord => ({
  id,
  model: { name: 'm', version: '1' },
  requestId: null,
  timestamps: [],
  tensors:
    tensorBytes === 0
      ? []
      : [
          {
            activity: 'TENSOR_QUEUE_INPUT',
            name: 'x',
            datatype: 'UINT8',
            shape: [tensorBytes],
            byteSize: tensorBytes,
            data: new Uint8Array(tensorBytes),
          },
        ],
});

const idsIn = (path: string): readonly number[] =>
  JSON.parse(readFileSync(path, 'utf8')).map(({ id }: { id: number }) => id);

test('the file is whole after every write, and what was in it before is gone', async (t) => {
  const { path, file } = setUp(t);
  writeFileSync(path, 'x'.repeat(10_000));
  for (const id of [1, 2, 3]) {
    file.write(trace(id), 0);
    await file.flush();
    assert.deepEqual(
      idsIn(path),
      [1, 2, 3].filter((each) => each <= id),
    );
  }
  file.write(trace(4), 0);
  file.write(trace(5), 0);
  await file.close();
  assert.deepEqual(idsIn(path), [1, 2, 3, 4, 5]);
});

test('traces are written by themselves, those of a while together', async (t) => {
  const { path, clock, file } = setUp(t);
  file.write(trace(1), 0);
  file.write(trace(2), 0);
  assert.equal(clock.timers, 1);
  assert.equal(existsSync(path), false);
  clock.advance(100);
  assert.equal(clock.timers, 0);
  // Behind what the timer began.
  await file.flush();
  assert.deepEqual(idsIn(path), [1, 2]);
});

test('nothing is written where nothing was traced', async (t) => {
  const { folder, file } = setUp(t);
  await file.close();
  assert.deepEqual(readdirSync(folder), []);
});

test('a series has so many traces in each file, the last perhaps fewer', async (t) => {
  const { folder, path, file } = setUp(t);
  for (let id = 1; id <= 5; id++) file.write(trace(id), 2);
  file.write(trace(6), 0);
  await file.close();
  assert.deepEqual(readdirSync(folder).sort(), [
    'trace.json',
    'trace.json.0',
    'trace.json.1',
    'trace.json.2',
  ]);
  assert.deepEqual(
    ['.0', '.1', '.2', ''].map((end) => idsIn(path + end)),
    [[1, 2], [3, 4], [5], [6]],
  );
});

test('a part of a series that is not full yet can be read, too', async (t) => {
  const { path, file } = setUp(t);
  file.write(trace(1), 2);
  await file.flush();
  assert.deepEqual(idsIn(`${path}.0`), [1]);
  file.write(trace(2), 2);
  await file.close();
  assert.deepEqual(idsIn(`${path}.0`), [1, 2]);
});

test('that traces cannot be written is logged once, and is no error of anybody', async (t) => {
  const heard = hearLog(t);
  const { path, file } = setUp(t);
  mkdirSync(path);
  for (const id of [1, 2]) {
    file.write(trace(id), 0);
    await file.flush();
  }
  await file.close();
  const errors = heard.filter((line) => line.startsWith('ERROR'));
  assert.equal(errors.length, 1);
  assert.ok(errors[0]?.startsWith(`ERROR traces cannot be written to ${path}: EISDIR`), errors[0]);
});

test('what waits is bounded: more is left out, which is logged once, and later traces are taken again', async (t) => {
  const heard = hearLog(t);
  const { path, file } = setUp(t);
  const large = 4 * 1024 * 1024;
  for (let id = 1; id <= 6; id++) file.write(trace(id, large), 0);
  await file.flush();
  file.write(trace(7), 0);
  await file.close();
  assert.deepEqual([...new Set(idsIn(path))], [1, 2, 3, 4, 7]);
  assert.deepEqual(
    heard.filter((line) => line.startsWith('WARN')),
    ['WARN traces come faster than they can be written; some are left out'],
  );
});

test('after its end a file is left alone', async (t) => {
  const { path, clock, file } = setUp(t);
  file.write(trace(1), 0);
  await file.close();
  file.write(trace(2), 0);
  assert.equal(clock.timers, 0);
  await file.close();
  assert.deepEqual(idsIn(path), [1]);
});
