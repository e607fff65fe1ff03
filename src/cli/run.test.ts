import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { ServingError } from '#core/errors.js';
import { CommandFailure } from './command-failure.js';
import type { OptionValues } from './command-option.js';
import type { Commands } from './commands.js';
import type { Host } from './completion/host.js';
import { run } from './run.js';
import { PLAIN } from './terminal.js';

const host: Host = { env: {}, platform: 'linux', homeFolder: '/nowhere', ancestors: () => [] };

const commands: Commands = {
  serve: async () => 0,
  devices: async () => [],
  inspect: async () => {
    throw new ServingError('INVALID_ARGUMENT', 'the file is neither ONNX nor TFLite');
  },
  version: '1.2.3',
};

interface Outcome {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

async function outcomeOf(argv: readonly string[], changed: Partial<Commands> = {}): Promise<Outcome> {
  let out = '';
  let error = '';
  const terminal = {
    write: (text: string) => {
      out += text;
    },
    writeError: (text: string) => {
      error += text;
    },
    columns: null,
    progressColumns: null,
    style: PLAIN,
  };
  const status = await run(argv, { ...commands, ...changed }, terminal, host);
  return { status, out, error };
}

describe('a wrong command line ends with one sentence and status 2', () => {
  const rows: readonly (readonly [argv: readonly string[], sentence: string])[] = [
    [['sever'], "furiosa: there is no command 'sever'; did you mean 'server'?"],
    [['Server'], "furiosa: there is no command 'Server'; did you mean 'server'?"],
    [
      ['bake'],
      "furiosa: there is no command 'bake'; the commands are server, models, top, plan, devices, inspect, keys, help",
    ],
    [['help', 'device'], "furiosa: there is no command 'device'; did you mean 'devices'?"],
    [
      ['help', 'models', 'bake'],
      "furiosa models: there is no command 'bake'; the commands are list, load, unload, plan, reload",
    ],
    [['help', 'server', 'x'], "furiosa server: there is no command 'x'; it has none of its own"],
    [['models', 'laod', 'mnist'], "furiosa models: there is no command 'laod'; did you mean 'load'?"],
    [
      ['models', '--url', 'http://host', 'load', 'mnist'],
      'furiosa models: the command comes before the options: furiosa models load',
    ],
    [
      ['models', '--json', 'reload'],
      'furiosa models: the command comes before the options: furiosa models reload',
    ],
    [['models', 'load'], 'furiosa models load: the NAME is missing: furiosa models load NAME'],
    [
      ['models', 'load', 'a', 'b'],
      "furiosa models load: unexpected argument 'b'; one model is loaded at a time",
    ],
    [['models', 'plan', 'a'], "furiosa models plan: unexpected argument 'a'"],
    [
      ['models', 'load', '--with-dependents', 'a'],
      "furiosa models load: there is no option '--with-dependents'; 'furiosa models load --help' lists them",
    ],
    [
      ['models', 'unload', 'a', '--timeout', 'soon'],
      "furiosa models unload: option '--timeout' must be a number of seconds, 0 or more; 'soon' was given",
    ],
    [['--model-path', 'x'], "furiosa: there is no option '--model-path'; 'furiosa --help' lists them"],
    [['--version', 'server'], 'furiosa: the command comes before the options: furiosa server'],
    [['--'], "furiosa: a command is missing; 'furiosa --help' lists them"],
    [
      ['server', '--modle-path', 'x'],
      "furiosa server: there is no option '--modle-path'; did you mean '--model-path'?",
    ],
    [
      ['server', '--host-port', '80'],
      "furiosa server: there is no option '--host-port'; did you mean '--http-port'?",
    ],
    [['server', '--port=80'], "furiosa server: there is no option '--port'; did you mean '--http-port'?"],
    [
      ['server', '--model_name', 'x'],
      "furiosa server: there is no option '--model_name'; did you mean '--model-name'?",
    ],
    [['server', '--exit'], "furiosa server: there is no option '--exit'; did you mean '--exit-on-error'?"],
    [
      ['server', '--log', 'x'],
      "furiosa server: there is no option '--log'; 'furiosa server --help' lists them",
    ],
    [
      ['server', '--no-strit'],
      "furiosa server: there is no option '--no-strit'; did you mean '--no-strict'?",
    ],
    [['server', '-p', '80'], "furiosa server: there is no option '-p'; 'furiosa server --help' lists them"],
    [['server', '--http-port'], "furiosa server: option '--http-port' needs a value: --http-port INTEGER"],
    [
      ['server', '--model-name', '--host', '::1'],
      "furiosa server: option '--model-name' needs a value: --model-name TEXT",
    ],
    [
      ['server', '--platform'],
      "furiosa server: option '--platform' needs a value: --platform [npu|cpu|cuda]",
    ],
    [
      ['server', '--log-level', 'LOUD'],
      "furiosa server: option '--log-level' must be one of ERROR, INFO, WARN, DEBUG, TRACE; 'LOUD' was given",
    ],
    [
      ['--show-completion', 'tcsh'],
      "furiosa: option '--show-completion' must be one of bash, zsh, fish, powershell, pwsh; 'tcsh' was given",
    ],
    ...['http', '80.5', '1e3', '0x50', '', ' 80', '-1', '65536', '99999999999999999999'].map(
      (text): readonly [readonly string[], string] => [
        ['server', '--http-port', text],
        `furiosa server: option '--http-port' must be an integer from 0 to 65535; '${text}' was given`,
      ],
    ),
    [
      ['server', '--workers', '0'],
      "furiosa server: option '--workers' must be an integer, 1 or more; '0' was given",
    ],
    [
      ['server', '--drain-delay', '-1'],
      "furiosa server: option '--drain-delay' must be a number of seconds, 0 or more; '-1' was given",
    ],
    [
      ['server', '--drain-delay', '5s'],
      "furiosa server: option '--drain-delay' must be a number of seconds, 0 or more; '5s' was given",
    ],
    [
      ['server', '--strict=maybe'],
      "furiosa server: option '--strict' must be true or false; 'maybe' was given",
    ],
    [['server', '--version=2'], "furiosa server: option '--version' takes no value; '2' was given"],
    [
      ['server', 'm.onnx'],
      "furiosa server: unexpected argument 'm.onnx'; a model file is given by --model-path",
    ],
    [['inspect'], 'furiosa inspect: the MODEL is missing: furiosa inspect MODEL'],
    [['inspect', '--json'], 'furiosa inspect: the MODEL is missing: furiosa inspect MODEL'],
    [['inspect', 'a', 'b'], "furiosa inspect: unexpected argument 'b'; one model is inspected at a time"],
    [['devices', '--jason'], "furiosa devices: there is no option '--jason'; did you mean '--json'?"],
    [
      ['devices', '--url', 'localhost:8080'],
      "furiosa devices: option '--url' must be an address such as http://localhost:8080; 'localhost:8080' was given",
    ],
    [
      ['devices', '--url', 'http://localhost:8080', '--simulate', 'never'],
      "furiosa devices: '--simulate' is about this host and cannot be used with '--url'",
    ],
    [
      ['server', '--show-completion'],
      'furiosa: the shell cannot be told from here; name it: --show-completion [bash|zsh|fish|powershell|pwsh]',
    ],
    // What was typed is shown, but never obeyed by the terminal.
    [
      ['server', '--\u001b[2J'],
      "furiosa server: there is no option '--\\x1b[2J'; 'furiosa server --help' lists them",
    ],
  ];
  for (const [argv, sentence] of rows) {
    it(sentence, async () => {
      assert.deepEqual(await outcomeOf(argv), { status: 2, out: '', error: `${sentence}\n` });
    });
  }
});

describe('an operation that fails ends with its sentence', () => {
  it('and status 1', async () => {
    assert.deepEqual(await outcomeOf(['inspect', 'notes.txt']), {
      status: 1,
      out: '',
      error: 'furiosa inspect: notes.txt: the file is neither ONNX nor TFLite\n',
    });
  });

  it('and the status and lines of a CommandFailure, as they are', async () => {
    const serve = async (): Promise<number> => {
      throw new CommandFailure(2, ['models.yaml:3:5: one', '--host: two\u001b[2J']);
    };
    assert.deepEqual(await outcomeOf(['server'], { serve }), {
      status: 2,
      out: '',
      error: 'models.yaml:3:5: one\n--host: two\\x1b[2J\n',
    });
  });

  it('without a stack trace, even where it is a bug', async () => {
    const serve = async (): Promise<number> => {
      throw new TypeError('x is undefined');
    };
    const { status, error } = await outcomeOf(['server'], { serve });
    assert.deepEqual([status, error], [1, 'furiosa server: x is undefined\n']);
  });
});

describe('a right command line', () => {
  it('serves with the values given, and ends as serving ends', async () => {
    const served: OptionValues[] = [];
    const serve = async (values: OptionValues): Promise<number> => {
      served.push(values);
      return 3;
    };
    const argv = ['server', '--model-path', 'm.onnx', '--model-name', 'mnist', '--http-port=0'];
    assert.deepEqual(await outcomeOf(argv, { serve }), { status: 3, out: '', error: '' });
    assert.deepEqual(served, [{ 'model-path': 'm.onnx', 'model-name': 'mnist', 'http-port': 0 }]);
  });

  for (const argv of [['--version'], ['server', '--version']]) {
    it(`furiosa ${argv.join(' ')} prints the version`, async () => {
      assert.deepEqual(await outcomeOf(argv), { status: 0, out: 'furiosa 1.2.3\n', error: '' });
    });
  }

  for (const [asked, same] of [
    [
      ['help', 'server'],
      ['server', '--help'],
    ],
    [
      ['help', 'models', 'load'],
      ['models', 'load', '--help'],
    ],
    [['help'], ['--help']],
    [[], ['--help']],
  ] as const) {
    it(`furiosa ${asked.join(' ')} is furiosa ${same.join(' ')}`, async () => {
      const outcome = await outcomeOf(asked);
      assert.match(outcome.out, /^Usage: furiosa /);
      assert.deepEqual(outcome, await outcomeOf(same));
      assert.equal(outcome.status, 0);
    });
  }

  it('shows a completion, for the shell it can tell', async () => {
    const { out, status } = await outcomeOf(['--show-completion', 'fish']);
    assert.match(out, /^# Completion of furiosa and furiosa-server for fish\.$/m);
    assert.equal(status, 0);
  });
});

/** Runs the command as a process of its own, with these commands: the text of an object. */
function furiosa(
  argv: readonly string[],
  commandsText: string,
  shell?: string,
): ReturnType<typeof spawnSync> {
  const entry = `
    import { run } from ${JSON.stringify(import.meta.resolve('./run.js'))};
    import { processHost } from ${JSON.stringify(import.meta.resolve('./process-host.js'))};
    import { processTerminal } from ${JSON.stringify(import.meta.resolve('./terminal.js'))};
    const commands = ${commandsText};
    process.exitCode = await run(process.argv.slice(1), commands, processTerminal(), processHost());`;
  const args = ['--input-type=module', '--eval', entry, '--', ...argv];
  const options = {
    encoding: 'utf8',
    timeout: 60_000,
    maxBuffer: 2 ** 26,
    env: { ...process.env, SHELL: '/bin/zsh' },
  } as const;
  if (shell === undefined) return spawnSync(process.execPath, args, options);
  return spawnSync('bash', ['-c', shell, process.execPath, ...args], options);
}

const MANY = `{ devices: async () => Array.from({ length: 20000 }, (_, i) => ({
  name: 'npu:' + i, kind: 'npu', arch: 'warboy', label: 'warboy', simulated: true, firmware: null, driver: null,
  serial: null, busName: null, numaNode: null, alive: null, temperatureCelsius: null, holder: null, threads: 1 })) }`;

describe('as a process', () => {
  it('ends with status 2 and the sentence on standard error', () => {
    const { status, stdout, stderr } = furiosa(['server', '--nope'], '{}');
    assert.deepEqual(
      [status, stdout, stderr],
      [2, '', "furiosa server: there is no option '--nope'; 'furiosa server --help' lists them\n"],
    );
  });

  it('ends with the status that serving ends with', () => {
    assert.equal(furiosa(['server'], '{ serve: async () => 1 }').status, 1);
  });

  it('writes a long answer whole into a pipe', () => {
    const { status, stdout } = furiosa(['devices', '--json'], MANY);
    assert.equal(status, 0);
    assert.equal(JSON.parse(String(stdout)).devices.length, 20000);
  });

  it('ends quietly when the reader of a pipe has seen enough', () => {
    const shell = 'set -o pipefail; "$0" "$@" | head -n 1';
    const { status, stdout, stderr } = furiosa(['devices'], MANY, shell);
    assert.deepEqual([status, stderr], [0, '']);
    assert.match(String(stdout), /^NAME +KIND/);
  });

  it('tells the shell it was started from', () => {
    // The shell has more to do afterwards, so that it does not let node take its place.
    const { stdout } = furiosa(['--show-completion'], '{}', '"$0" "$@"; exit $?');
    assert.match(String(stdout), /^# Completion of furiosa and furiosa-server for bash\.\n/);
  });
});
