import type { ProgramDescription } from '#cli/command-option.js';
import type { Shell } from '#cli/shared-options.js';
import { bashCompletion } from './bash.js';
import { fishCompletion } from './fish.js';
import { powershellCompletion } from './powershell.js';
import { zshCompletion } from './zsh.js';

/**
 * The scripts are our own rather than a library's (`@bomb.sh/tab`), because a library asks the program at every TAB:
 * half a second of Node for a list of words that never changes between two releases, and no file names.
 */
const SCRIPTS = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
  pwsh: powershellCompletion,
} as const satisfies Record<Shell, (program: ProgramDescription) => string>;

/** The completion script of the program for one shell. */
export function completionScript(program: ProgramDescription, shell: Shell): string {
  return SCRIPTS[shell](program);
}
