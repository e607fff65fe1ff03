import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LogSettings, logSettingsOf } from '#core/log-settings.js';
import type { ParameterValue } from '#inference/request.js';
import { logSettingValues, readLogChange } from './log-settings.js';

type Values = Readonly<Record<string, ParameterValue | null>>;

const read = (values: Values): Partial<LogSettings> => readLogChange(new Map(Object.entries(values)));

const good: [values: Values, change: Partial<LogSettings>][] = [
  [{}, {}],
  [{ log_info: false }, { info: false }],
  [
    { log_warning: true, log_error: false },
    { warning: true, error: false },
  ],
  [{ log_verbose_level: 0 }, { verboseLevel: 0 }],
  [{ log_verbose_level: 4_294_967_295 }, { verboseLevel: 4_294_967_295 }],
  [
    { log_format: 'ISO8601', log_info: true },
    { format: 'ISO8601', info: true },
  ],
  [{ log_format: 'default' }, { format: 'default' }],
  [{ log_requests: 'all' }, { requests: 1 }],
  [{ log_requests: 'off' }, { requests: 'off' }],
  [{ log_requests: 'errors' }, { requests: 0 }],
  [{ log_requests: '0.01' }, { requests: 0.01 }],
  [{ log_requests: 0.01 }, { requests: 0.01 }],
];

for (const [values, change] of good) {
  test(`${JSON.stringify(values)} is read`, () => assert.deepEqual(read(values), change));
}

const bad: [values: Values, message: string][] = [
  [{ log_info: 1 }, "'log_info' must be true or false, but is 1"],
  [{ log_warning: 'false' }, '\'log_warning\' must be true or false, but is "false"'],
  [{ log_error: null }, "'log_error' must be true or false, but is null"],
  [{ log_verbose_level: -1 }, "'log_verbose_level' must be an integer from 0 to 4294967295, but is -1"],
  [{ log_verbose_level: 1.5 }, "'log_verbose_level' must be an integer from 0 to 4294967295, but is 1.5"],
  [{ log_verbose_level: '1' }, '\'log_verbose_level\' must be an integer from 0 to 4294967295, but is "1"'],
  [
    { log_verbose_level: 4_294_967_296 },
    "'log_verbose_level' must be an integer from 0 to 4294967295, but is 4294967296",
  ],
  [{ log_format: 'json' }, '\'log_format\' must be default or ISO8601, but is "json"'],
  [
    { log_requests: true },
    "'log_requests' must be off, errors, all, or a number above 0 and at most 1, but is true",
  ],
  [
    { log_requests: 2 },
    "'log_requests' must be off, errors, all, or a number above 0 and at most 1, but is 2",
  ],
  [
    { log_requests: 'some' },
    '\'log_requests\' must be off, errors, all, or a number above 0 and at most 1, but is "some"',
  ],
  [
    { log_info: false, log_level: 'x' },
    "the log has no setting 'log_level'; it has log_file, log_info, log_warning, log_error, log_verbose_level, log_format, log_requests",
  ],
];

for (const [values, message] of bad) {
  test(`${JSON.stringify(values)} is refused`, () => {
    assert.throws(() => read(values), { code: 'INVALID_ARGUMENT', message });
  });
}

test('the file cannot be changed, and Triton says so in these words', () => {
  assert.throws(() => read({ log_file: 'x.log' }), {
    code: 'UNIMPLEMENTED',
    message: 'log file location can not be updated through network protocol',
  });
});

test('what is told can be read again, but for the file', () => {
  const settings = logSettingsOf('DEBUG');
  const { log_file: file, ...values } = logSettingValues(settings);
  assert.equal(file, '');
  assert.deepEqual(read(values), settings);
});
