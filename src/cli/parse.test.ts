import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { OptionValues, ProgramDescription } from './command-option.js';
import { parse } from './parse.js';
import { FURIOSA } from './program.js';

describe('the values of a command line', () => {
  const rows: readonly (readonly [string, OptionValues])[] = [
    ['', {}],
    ['--model-path m.onnx --model-name mnist', { 'model-path': 'm.onnx', 'model-name': 'mnist' }],
    ['--model-path=m.onnx', { 'model-path': 'm.onnx' }],
    ['--model-path=a=b', { 'model-path': 'a=b' }],
    ['--model-name=', { 'model-name': '' }],
    ['--model-name=--host', { 'model-name': '--host' }],
    ['--http-port 9000 --http-port=9001', { 'http-port': 9001 }],
    ['--http-port 0', { 'http-port': 0 }],
    ['--http-port 65535', { 'http-port': 65535 }],
    ['--log-level trace', { 'log-level': 'TRACE' }],
    ['--log-level=Warn', { 'log-level': 'WARN' }],
    ['--platform NPU', { platform: 'npu' }],
    ['--drain-delay 1.5', { 'drain-delay': 1.5 }],
    ['--drain-delay=.5', { 'drain-delay': 0.5 }],
    ['--strict', { strict: true }],
    ['--strict --no-strict', { strict: false }],
    ['--strict-readiness=false', { 'strict-readiness': false }],
    ['--strict-readiness=TRUE', { 'strict-readiness': true }],
    ['--no-strict-readiness --strict-readiness', { 'strict-readiness': true }],
    ['--device warboy(2)*1 --simulate warboy*2', { device: 'warboy(2)*1', simulate: 'warboy*2' }],
    ['--show-completion', { 'show-completion': true }],
    ['--show-completion zsh', { 'show-completion': 'zsh' }],
    ['--show-completion --version', { 'show-completion': true, version: true }],
  ];
  for (const [line, values] of rows) {
    it(`furiosa server ${line}`, () => {
      const invocation = parse(['server', ...words(line)], FURIOSA);
      assert.equal(invocation.command?.name, 'server');
      assert.deepEqual(invocation.values, values);
      assert.equal(invocation.helpAsked, false);
    });
  }
});

describe('the argument of a command line', () => {
  const rows: readonly (readonly [string, string])[] = [
    ['inspect m.onnx', 'm.onnx'],
    ['inspect --json m.onnx', 'm.onnx'],
    ['inspect m.onnx --json', 'm.onnx'],
    ['inspect -- --json', '--json'],
    ['inspect -- --json=1', '--json=1'],
    ['inspect -- --help', '--help'],
    ['inspect -', '-'],
  ];
  for (const [line, argument] of rows) {
    it(`furiosa ${line}`, () => assert.equal(parse(words(line), FURIOSA).argument, argument));
  }
});

describe('a command of a command', () => {
  const rows: readonly (readonly [line: string, path: string, argument: string | null])[] = [
    ['server', 'server', null],
    ['models', 'models', null],
    ['models mnist', 'models', 'mnist'],
    ['models --json', 'models', null],
    ['models list', 'models list', null],
    ['models list load', 'models list', 'load'],
    ['models load mnist', 'models load', 'mnist'],
    ['models load --force load', 'models load', 'load'],
    ['models unload load --timeout 1', 'models unload', 'load'],
    ['models plan --url http://host', 'models plan', null],
    ['--version', '', null],
    ['help models load', 'help', 'models load'],
  ];
  for (const [line, path, argument] of rows) {
    it(`furiosa ${line}`, () => {
      const invocation = parse(words(line), FURIOSA);
      assert.equal(invocation.path, path);
      assert.equal(invocation.argument, argument);
      assert.equal(invocation.command?.name ?? '', path.split(' ').at(-1));
    });
  }
});

describe('asking for help', () => {
  const rows: readonly (readonly [string, string | null])[] = [
    ['', null],
    ['--help', null],
    ['-h', null],
    ['server --help', 'server'],
    ['devices -h', 'devices'],
    ['server --http-port nonsense --nonsense --help', 'server'],
    ['inspect --help', 'inspect'],
    ['models --help', 'models'],
    ['models --json --help', 'models'],
    ['models reload --nonsense -h', 'reload'],
  ];
  for (const [line, command] of rows) {
    it(`furiosa ${line}`, () => {
      const invocation = parse(words(line), FURIOSA);
      assert.equal(invocation.helpAsked, true);
      assert.equal(invocation.command?.name ?? null, command);
    });
  }
});

describe('a repeatable option', () => {
  const program: ProgramDescription = {
    name: 'program',
    summary: '',
    options: [{ name: 'tag', placeholder: 'TEXT', repeatable: true, help: '' }],
    commands: [],
    shortcuts: [],
  };

  it('collects its values in their order', () => {
    assert.deepEqual(parse(words('--tag a --tag=b --tag a'), program).values, { tag: ['a', 'b', 'a'] });
  });
});

function words(line: string): readonly string[] {
  return line.split(' ').filter((word) => word !== '');
}
