import { operationFailed, usageError } from '#cli/command-failure.js';
import type { OptionValues, ProgramDescription } from '#cli/command-option.js';
import { SHELLS, type Shell } from '#cli/shared-options.js';
import type { Terminal } from '#cli/terminal.js';
import { messageOf } from '#core/errors.js';
import { detectShell } from './detect-shell.js';
import type { Host } from './host.js';
import { install } from './install.js';
import { installationFor } from './installation.js';
import { completionScript } from './script.js';
import { programNames } from './word-list.js';

/** Does what `--show-completion` and `--install-completion` ask for. Answers false when neither was given. */
export function completeShell(
  values: OptionValues,
  program: ProgramDescription,
  terminal: Terminal,
  host: Host,
): boolean {
  const shown = values['show-completion'];
  const installed = values['install-completion'];
  if (shown !== undefined) {
    const shell = shellOf(shown, 'show-completion', program, host);
    terminal.write(completionScript(program, shell));
  }
  if (installed !== undefined) {
    const shell = shellOf(installed, 'install-completion', program, host);
    installCompletion(shell, program, terminal, host);
  }
  return shown !== undefined || installed !== undefined;
}

function shellOf(value: unknown, option: string, program: ProgramDescription, host: Host): Shell {
  const shell = SHELLS.find((each) => each === value) ?? detectShell(host);
  if (shell !== null) return shell;
  const sentence = `the shell cannot be told from here; name it: --${option} [${SHELLS.join('|')}]`;
  throw usageError(program.name, sentence);
}

function installCompletion(shell: Shell, program: ProgramDescription, terminal: Terminal, host: Host): void {
  const installation = installationFor(shell, programNames(program), host);
  try {
    const done = install(installation, completionScript(program, shell));
    terminal.write([...done, installation.advice, ''].join('\n'));
  } catch (thrown) {
    const sentence = `the completion for ${shell} cannot be written: ${messageOf(thrown)}`;
    throw operationFailed(program.name, sentence);
  }
}
