import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, it } from 'node:test';
import type { CommandOption } from '#cli/command-option.js';
import { spellingsOf } from '#cli/command-option.js';
import { FURIOSA } from '#cli/program.js';
import type { Shell } from '#cli/shared-options.js';
import type { Host } from './host.js';
import { install } from './install.js';
import { installationFor } from './installation.js';
import { completionScript } from './script.js';
import { placesOf, programNames } from './word-list.js';

// Each shell gets the completion installed in a home folder of its own, and is then asked what a TAB gives.

const home = mkdtempSync(join(tmpdir(), 'furiosa completion '));
after(() => rmSync(home, { recursive: true }));
const work = join(home, 'work');
mkdirSync(join(work, 'models'), { recursive: true });
writeFileSync(join(work, 'mnist model.onnx'), '');
writeFileSync(join(work, 'models', 'deep.tflite'), '');
writeFileSync(join(work, 'server.yaml'), '');
// fish loads a completion only where the command itself can be found.
const programs = join(home, 'bin');
mkdirSync(programs);
for (const name of programNames(FURIOSA)) writeFileSync(join(programs, name), '#!/bin/sh\n', { mode: 0o755 });

const host: Host = { env: {}, platform: 'linux', homeFolder: home, ancestors: () => [] };

function installed(shell: Shell): readonly string[] {
  const installation = installationFor(shell, programNames(FURIOSA), host);
  install(installation, completionScript(FURIOSA, shell));
  return installation.scripts;
}

/** Why a shell's tests are skipped, or false. */
function lacking(shell: string): string | false {
  const { error } = spawnSync(shell, ['--version'], { stdio: 'ignore' });
  return error === undefined ? false : `${shell} is not installed here, so its completion was not tried.`;
}

function output(
  command: string,
  args: readonly string[],
  options: { input?: string; env?: object } = {},
): string {
  const path = [programs, process.env['PATH']].join(delimiter);
  const result = spawnSync(command, args, {
    cwd: work,
    encoding: 'utf8',
    timeout: 60_000,
    input: options.input ?? '',
    env: { PATH: path, HOME: home, TERM: 'xterm', LC_ALL: 'C.UTF-8', ...options.env },
  });
  assert.equal(result.error, undefined, String(result.error));
  return result.stdout;
}

/** What one TAB makes of a line: the words that the program would then be called with. */
const LINES: readonly (readonly [typed: string, words: string])[] = [
  ['furiosa ser', '<furiosa><server>'],
  ['furiosa --show-completion f', '<furiosa><--show-completion><fish>'],
  ['furiosa help dev', '<furiosa><help><devices>'],
  ['furiosa server --log-level D', '<furiosa><server><--log-level><DEBUG>'],
  ['furiosa server --log-level=D', '<furiosa><server><--log-level=DEBUG>'],
  ['furiosa-server --platform cu', '<furiosa-server><--platform><cuda>'],
  ['furiosa server --no-ex', '<furiosa><server><--no-exit-on-error>'],
  ['furiosa server --model-config ser', '<furiosa><server><--model-config><server.yaml>'],
  ['furiosa server --model-path mn', '<furiosa><server><--model-path><mnist model.onnx>'],
  ['furiosa server --model-path=mn', '<furiosa><server><--model-path=mnist model.onnx>'],
  ['furiosa inspect models/', '<furiosa><inspect><models/deep.tflite>'],
  ['furiosa inspect --j', '<furiosa><inspect><--json>'],
  ['furiosa models unl', '<furiosa><models><unload>'],
  ['furiosa to', '<furiosa><top>'],
  ['furiosa top --on', '<furiosa><top><--once>'],
  ['furiosa plan --js', '<furiosa><plan><--json>'],
  ['furiosa pla', '<furiosa><plan>'],
  ['furiosa help mo', '<furiosa><help><models>'],
  ['furiosa models --wi', '<furiosa><models><--wide>'],
  ['furiosa models list --js', '<furiosa><models><list><--json>'],
  ['furiosa models unload --with', '<furiosa><models><unload><--with-dependents>'],
  ['furiosa models load --config ser', '<furiosa><models><load><--config><server.yaml>'],
  ['furiosa models load --config=ser', '<furiosa><models><load><--config=server.yaml>'],
  // Options of another command, and a command where a model's name is to be.
  ['furiosa models plan --jso', '<furiosa><models><plan><--jso>'],
  ['furiosa models load unl', '<furiosa><models><load><unl>'],
  // Nothing to offer: neither files for a number, nor one command's options for another.
  ['furiosa server --http-port ser', '<furiosa><server><--http-port><ser>'],
  ['furiosa devices --model-p', '<furiosa><devices><--model-p>'],
];

describe('completion in a real bash', { skip: lacking('bash') }, () => {
  const [script = ''] = installed('bash');

  it('completes lines at a TAB', () => {
    const show = (name: string): string => `${name}() { printf '<%s>' ${name} "$@"; echo; }\n`;
    const typed = LINES.map(([line]) => `${line}\t\n`).join('');
    const said = output('bash', ['--norc', '--noprofile', '-i'], {
      input: `source '${script}'\n${show('furiosa')}${show('furiosa-server')}${typed}`,
      env: { INPUTRC: '/dev/null', HISTFILE: '/dev/null' },
    });
    const shown = said.split('\n').filter((line) => line.startsWith('<'));
    assert.deepEqual(pairs(shown), LINES);
  });

  it('offers every choice, command and option', () => {
    const probe = `source '${script}'
      offer() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _furiosa; echo "\${COMPREPLY[*]}"; }
      offer furiosa ''; offer furiosa server --log-level ''; offer furiosa server --log-level = ''
      offer furiosa-server --log-format ''; offer furiosa devices --; offer furiosa server --http-port ''
      offer furiosa models ''; offer furiosa models plan --; offer furiosa models --`;
    assert.deepEqual(output('bash', ['--norc', '-c', probe]).split('\n'), [
      'server models top plan devices inspect keys help',
      'ERROR INFO WARN DEBUG TRACE',
      'ERROR INFO WARN DEBUG TRACE',
      'auto pretty json',
      '--json --simulate --url --ca --cert --key --api-key --help',
      '',
      'list load unload plan reload',
      '--url --ca --cert --key --api-key --help',
      '--url --ca --cert --key --api-key --json --wide --help',
      '',
    ]);
  });
});

describe('completion in a real zsh', { skip: lacking('zsh') }, () => {
  it('completes lines at a TAB, loaded by compinit as it was installed', () => {
    const lines = join(home, 'lines');
    const answers = join(home, 'answers');
    writeFileSync(lines, LINES.map(([line]) => line).join('\n'));
    // An editor widget that runs before the first prompt; what the installation adds to .zshrc comes after it.
    writeFileSync(
      join(home, '.zshrc'),
      `setopt no_auto_menu no_beep no_list_beep
      probe() {
        local line words
        for line in "\${(@f)$(<$PROBE_LINES)}"; do
          BUFFER=$line CURSOR=$#line
          zle complete-word
          words=(\${(z)BUFFER})
          { printf '<%s>' \${(Q)words}; echo } >> $PROBE_ANSWERS
        done
        exit
      }
      zle -N zle-line-init probe\n`,
    );
    installed('zsh');
    const terminal = 'zmodload zsh/zpty; zpty inner zsh -d -i; while zpty -r inner text; do :; done';
    output('zsh', ['-f', '-c', terminal], { env: { PROBE_LINES: lines, PROBE_ANSWERS: answers } });
    assert.deepEqual(pairs(readFileSync(answers, 'utf8').trim().split('\n')), LINES);
  });
});

describe('completion in a real fish', { skip: lacking('fish') }, () => {
  const candidates: readonly (readonly [typed: string, offered: readonly string[]])[] = [
    ['furiosa ', ['devices', 'help', 'inspect', 'keys', 'models', 'plan', 'server', 'top']],
    ['furiosa models ', ['list', 'load', 'plan', 'reload', 'unload']],
    ['furiosa models --', ['--api-key', '--ca', '--cert', '--help', '--json', '--key', '--url', '--wide']],
    ['furiosa models plan --', ['--api-key', '--ca', '--cert', '--help', '--key', '--url']],
    ['furiosa models plan ', []],
    ['furiosa models unload --w', ['--with-dependents']],
    ['furiosa models load --config s', ['server.yaml']],
    // The model is called like a command, and is none.
    ['furiosa models load plan --f', ['--force']],
    ['furiosa server --log-level ', ['DEBUG', 'ERROR', 'INFO', 'TRACE', 'WARN']],
    ['furiosa server --log-level=D', ['--log-level=DEBUG']],
    ['furiosa-server --platform ', ['cpu', 'cuda', 'npu']],
    [
      'furiosa server --no-',
      [
        '--no-allow-client-shm',
        '--no-allow-metrics',
        '--no-allow-model-upload',
        '--no-exit-on-error',
        '--no-grpc-use-ssl',
        '--no-grpc-use-ssl-mutual',
        '--no-listen-when-ready',
        '--no-strict',
        '--no-strict-readiness',
        '--no-supervise',
        '--no-ui',
      ],
    ],
    ['furiosa server --model-config s', ['server.yaml']],
    ['furiosa inspect ', ['mnist model.onnx', 'models/', 'server.yaml']],
    // The argument is called like a command, and is none.
    ['furiosa inspect server --', ['--help', '--json']],
    ['furiosa help ', ['devices', 'inspect', 'keys', 'models', 'plan', 'server', 'top']],
    ['furiosa server --http-port ', []],
    ['furiosa --v', ['--version']],
  ];

  it('offers what can follow, loaded by fish as it was installed', () => {
    installed('fish');
    const probe = candidates.map(([typed]) => `complete -C '${typed}'; echo ---`).join('\n');
    const answers = output('fish', ['-c', probe]).split('---\n').slice(0, -1);
    const offered = answers.map((answer) =>
      answer
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => line.split('\t')[0] ?? ''),
    );
    assert.deepEqual(
      candidates.map(([typed], i) => [typed, offered[i]]),
      candidates,
    );
  });
});

// There is no PowerShell to ask, so this only holds the script against the tables.
describe('completion for PowerShell, by its text alone', () => {
  const script = completionScript(FURIOSA, 'pwsh');

  it('lists every word of every place and every choice', () => {
    for (const { command, options } of placesOf(FURIOSA)) {
      const list = script.slice(script.indexOf(`        '${command}' = @(`)).split('\n        )')[0] ?? '';
      for (const word of options.flatMap(spellingsOf))
        assert.ok(list.includes(`,@('${word}', '`), `${command} ${word}`);
      for (const option of options) assert.ok(script.includes(valuesEntry(command, option)), option.name);
    }
  });

  it('quotes every word and every text', () => {
    const entries = script.split('\n').filter((line) => line.startsWith(`${' '.repeat(12)},`));
    assert.ok(entries.length > 40);
    for (const entry of entries) assert.match(entry, /^ {12},@\('(?:[^']|'')*', '(?:[^']|'')*'\)$/);
  });

  it('closes every bracket and every quote', () => {
    const code = script.replace(/^\s*#.*$/gm, '').replace(/'(?:[^']|'')*'|"[^"]*"/g, '');
    assert.doesNotMatch(code, /['"]/);
    for (const [open, close] of ['()', '{}', '[]'].map((pair) => [...pair])) {
      assert.equal(code.split(open ?? '').length, code.split(close ?? '').length, `${open} and ${close}`);
    }
  });
});

function valuesEntry(command: string, { name, placeholder, choices, completes }: CommandOption): string {
  if (placeholder === null) return '';
  const entry = `'${command} --${name}' = `;
  if (choices !== undefined) return `${entry}@(,@('${choices[0]}'`;
  return entry + (completes === undefined ? '@()' : '$null');
}

function pairs(answers: readonly string[]): readonly (readonly string[])[] {
  return Array.from({ length: Math.max(LINES.length, answers.length) }, (_, i) => [
    LINES[i]?.[0] ?? '',
    answers[i] ?? '',
  ]);
}
