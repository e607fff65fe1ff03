import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FakeClock } from '../../test/support/fake-clock.js';
import { whileWorking } from './progress.js';
import { PLAIN } from './terminal.js';

const CLEAR = '\r\u001b[K';

/** Work that a test ends, and what is shown of it meanwhile. */
function begin(progressColumns: number | null, text = 'loading mnist') {
  const clock = new FakeClock();
  let shown = '';
  const terminal = {
    write: () => assert.fail('standard output is for results'),
    writeError: (part: string) => {
      shown += part;
    },
    columns: null,
    progressColumns,
    style: PLAIN,
  };
  let done: (value: string) => void = () => {};
  let fail: (reason: Error) => void = () => {};
  const work = new Promise<string>((resolve, reject) => {
    done = resolve;
    fail = reject;
  });
  const result = whileWorking(() => text, work, { terminal, clock });
  return { clock, result, done, fail, shown: () => shown };
}

describe('work that takes its time', () => {
  it('is told of after a second, then every second, and taken back at its end', async () => {
    const { clock, result, done, shown } = begin(80);
    clock.advance(999);
    assert.equal(shown(), '');
    clock.advance(2001);
    const lines = ['(1 s)', '(2 s)', '(3 s)'].map((time) => `${CLEAR}loading mnist ${time}`).join('');
    assert.equal(shown(), lines);
    done('ready');
    assert.equal(await result, 'ready');
    assert.equal(shown(), lines + CLEAR);
    assert.equal(clock.timers, 0);
  });

  it('takes it back where the work fails', async () => {
    const { clock, result, fail, shown } = begin(80);
    clock.advance(1000);
    fail(new Error('no'));
    await assert.rejects(result, { message: 'no' });
    assert.ok(shown().endsWith(CLEAR));
    assert.equal(clock.timers, 0);
  });

  it('says nothing where it is done soon', async () => {
    const { clock, result, done, shown } = begin(80);
    clock.advance(500);
    done('ready');
    await result;
    assert.equal(shown(), '');
    assert.equal(clock.timers, 0);
  });

  it('says nothing where there is no terminal', async () => {
    const { clock, result, done, shown } = begin(null);
    clock.advance(5000);
    done('ready');
    await result;
    assert.equal(shown(), '');
  });

  it('keeps to one line of the terminal', async () => {
    const { clock, result, done, shown } = begin(12, 'loading 모델');
    clock.advance(1000);
    assert.equal(shown(), `${CLEAR}loading 모`);
    done('ready');
    await result;
  });
});
