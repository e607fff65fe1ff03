import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOG_LEVELS, type LogLevel } from './log.js';
import { isWritten, LogControl, type LogSettings, logSettingsOf } from './log-settings.js';

const written = (settings: LogSettings): readonly LogLevel[] =>
  LOG_LEVELS.filter((level) => isWritten(level, settings));

for (const [at, level] of LOG_LEVELS.entries()) {
  test(`the settings of ${level} write that level and what is graver`, () => {
    assert.deepEqual(written(logSettingsOf(level)), LOG_LEVELS.slice(0, at + 1));
  });
}

const changes: [change: Partial<LogSettings>, written: readonly LogLevel[]][] = [
  [{}, ['ERROR', 'WARN', 'INFO']],
  [{ error: false }, ['WARN', 'INFO']],
  [{ warning: false }, ['ERROR', 'INFO']],
  [{ info: false }, ['ERROR', 'WARN']],
  [{ info: false, verboseLevel: 1 }, ['ERROR', 'WARN', 'DEBUG']],
  [{ verboseLevel: 2 }, ['ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE']],
  [{ verboseLevel: 9 }, ['ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE']],
  [{ error: false, warning: false, info: false }, []],
  [{ format: 'ISO8601' }, ['ERROR', 'WARN', 'INFO']],
];

for (const [change, expected] of changes) {
  test(`of a log at INFO, ${JSON.stringify(change)} leaves ${expected.join(', ') || 'nothing'}`, () => {
    const control = new LogControl('INFO');
    control.change(change);
    assert.deepEqual(written(control.settings), expected);
  });
}

test('a change leaves alone what it does not name', () => {
  const control = new LogControl('DEBUG');
  control.change({ warning: false });
  control.change({ format: 'ISO8601' });
  assert.deepEqual(control.settings, {
    error: true,
    warning: false,
    info: true,
    verboseLevel: 1,
    format: 'ISO8601',
    requests: 'off',
  });
});

test('whoever listens hears of each change, until it no longer wants to', () => {
  const control = new LogControl('INFO', 0.5);
  const heard: unknown[] = [];
  const stop = control.onChange(() => heard.push(control.settings.requests));
  control.change({ info: false });
  control.change({ requests: 1 });
  stop();
  control.change({ requests: 'off' });
  assert.deepEqual(heard, [0.5, 1]);
});
