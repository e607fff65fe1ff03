import assert from 'node:assert/strict';
import { test } from 'node:test';
import { OPTIONS, optionOf, valueText } from './flags.js';

/** As the original's help prints them, but for the sentence of --server-config. */
const original: [flag: string, value: string, help: string, byDefault: string | null][] = [
  ['--log-level', '[ERROR|INFO|WARN|DEBUG|TRACE]', '', 'INFO'],
  ['--model-path', 'TEXT', 'Path to Model file (tflite, onnx are supported)', null],
  ['--model-name', 'TEXT', 'Model name used in URL path', null],
  ['--model-version', 'TEXT', 'Model version used in URL path', 'default'],
  ['--host', 'TEXT', 'IP address to bind', '0.0.0.0'],
  ['--http-port', 'INTEGER', 'HTTP port to listen to requests', '8080'],
  ['--model-config', 'FILENAME', 'Path to a config file about models with specific configurations', null],
  ['--server-config', 'FILENAME', 'Path to a config file about the server', null],
];

test('the first options are the original ones, worded as there and in its order', () => {
  const ours = OPTIONS.map((option) => [option.flag, valueText(option), option.help, option.default]);
  assert.deepEqual(ours.slice(0, original.length), original);
});

test('every option has a flag, a variable and a sentence of its own', () => {
  assert.equal(new Set(OPTIONS.map(({ flag }) => flag)).size, OPTIONS.length);
  assert.equal(new Set(OPTIONS.map(({ env }) => env)).size, OPTIONS.length);
  for (const { key, flag, env, help } of OPTIONS) {
    assert.match(flag, /^--[a-z]+(-[a-z]+)*$/);
    assert.equal(env, `FURIOSA_SERVER_${flag.slice(2).replaceAll('-', '_').toUpperCase()}`);
    assert.ok(help !== '' || key === 'logLevel', key);
  }
  assert.equal(optionOf('drainDelaySeconds').flag, '--drain-delay');
});
