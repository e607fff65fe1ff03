import { completeShell } from '#cli/completion/command.js';
import type { Host } from '#cli/completion/host.js';
import { systemClock } from '#core/clock.js';
import { messageOf } from '#core/errors.js';
import { apiKeyOf } from './api-key-of.js';
import { clientTlsOf } from './client-tls.js';
import { CommandFailure, operationFailed, usageError } from './command-failure.js';
import type { CommandDescription } from './command-option.js';
import type { Commands } from './commands.js';
import { fetchDevices } from './fetch-devices.js';
import { commandHelp, programHelp } from './help.js';
import { findCommand, type Invocation, parse } from './parse.js';
import { printDevices, printDevicesJson } from './print-devices.js';
import { printModel, printModelJson } from './print-model.js';
import { printable } from './printable.js';
import { FURIOSA } from './program.js';
import type { Terminal } from './terminal.js';

/**
 * Runs one command line, the program's own name left out, and answers the exit status: 0, done; 1, it was asked for
 * rightly and failed; 2, the command line or the configuration is wrong. Failures are sentences on standard error,
 * never stack traces.
 */
export async function run(
  argv: readonly string[],
  commands: Commands,
  terminal: Terminal,
  host: Host,
): Promise<number> {
  try {
    return await obey(parse(argv, FURIOSA), commands, terminal, host);
  } catch (thrown) {
    const failure = thrown instanceof CommandFailure ? thrown : operationFailed('furiosa', messageOf(thrown));
    terminal.writeError(failure.lines.map((line) => `${printable(line)}\n`).join(''));
    return failure.status;
  }
}

async function obey(
  invocation: Invocation,
  commands: Commands,
  terminal: Terminal,
  host: Host,
): Promise<number> {
  const { command, path, values, argument, helpAsked } = invocation;
  if (helpAsked) return showHelp(command, path, terminal);
  if (values['version'] === true) return show(`furiosa ${commands.version}\n`, terminal);
  if (completeShell(values, FURIOSA, terminal, host)) return 0;
  switch (command === null ? '' : path.split(' ', 1)[0]) {
    case 'server':
      return named('furiosa server', () => commands.serve(values));
    case 'devices':
      return listDevices(invocation, commands, terminal, host.env);
    case 'models': {
      const { runModels } = await import('#cli/models/run-models.js');
      return runModels(invocation, host.env, { terminal, clock: systemClock, pause });
    }
    case 'top': {
      const { runTop } = await import('#cli/top/run-top.js');
      return runTop(invocation, host.env, {
        terminal,
        clock: systemClock,
        pause,
        openScreen: terminal.openScreen ?? (() => null),
      });
    }
    case 'plan': {
      const { runPlan } = await import('#cli/plan/run-plan.js');
      return runPlan(invocation, host.env, { terminal, clock: systemClock, pause });
    }
    case 'keys': {
      const { runKeys } = await import('#cli/keys/run-keys.js');
      return runKeys(invocation, terminal);
    }
    case 'inspect':
      return inspectModel(invocation, commands, terminal);
    case 'help':
      return showHelp(argument === null ? null : findCommand(argument, FURIOSA), argument ?? '', terminal);
    default:
      throw usageError(FURIOSA.name, `a command is missing; '${FURIOSA.name} --help' lists them`);
  }
}

function showHelp(command: CommandDescription | null, path: string, terminal: Terminal): number {
  const { columns } = terminal;
  return show(
    command === null
      ? programHelp(FURIOSA, columns)
      : commandHelp(`${FURIOSA.name} ${path}`, command, columns),
    terminal,
  );
}

/** Unlike a clock's timer, it keeps the process. */
function pause(delayMs: number): Promise<void> {
  return new Promise((done) => setTimeout(done, delayMs));
}

function show(text: string, terminal: Terminal): number {
  terminal.write(text);
  return 0;
}

async function listDevices(
  { values }: Invocation,
  commands: Commands,
  terminal: Terminal,
  env: Host['env'],
): Promise<number> {
  const { url, simulate, json } = values as { url?: string; simulate?: string; json?: boolean };
  if (url !== undefined && simulate !== undefined) {
    throw usageError('furiosa devices', "'--simulate' is about this host and cannot be used with '--url'");
  }
  const trust = ['ca', 'cert', 'key'].find((name) => values[name] !== undefined);
  if (url === undefined && trust !== undefined)
    throw usageError('furiosa devices', `'--${trust}' is about a server and is used with '--url'`);
  const devices = await (url === undefined
    ? named('furiosa devices', () => commands.devices(values))
    : fetchDevices(url, {
        tls: clientTlsOf('furiosa devices', values, url),
        apiKey: apiKeyOf(values, env),
      }));
  if (json === true) printDevicesJson(devices, terminal);
  else printDevices(devices, terminal);
  return 0;
}

async function inspectModel(
  { values, argument }: Invocation,
  commands: Commands,
  terminal: Terminal,
): Promise<number> {
  const path = argument ?? '';
  const model = await named('furiosa inspect', () => commands.inspect(path), path);
  if (values['json'] === true) printModelJson(model, terminal);
  else printModel(path, model, terminal);
  return 0;
}

/** Whatever goes wrong in the operation is told in the command's name, and with the file where there is one. */
async function named<Result>(
  command: string,
  operation: () => Promise<Result>,
  path?: string,
): Promise<Result> {
  try {
    return await operation();
  } catch (thrown) {
    if (thrown instanceof CommandFailure) throw thrown;
    const message = messageOf(thrown);
    const said = path === undefined || message.includes(path) ? message : `${path}: ${message}`;
    throw operationFailed(command, said);
  }
}
