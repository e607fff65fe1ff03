import { isSupervisorAsked } from '#cli/supervise/is-asked.js';
import { RESTARTS_VARIABLE } from '#cli/supervise/messages.js';
import { endWhenAsked } from './early-stop.js';

/**
 * The command `furiosa`: the words after its name. The exit status is set once everything is written. What a command
 * needs is loaded here and not before: a supervisor loads nothing of the server that it looks after.
 */
export async function main(argv: readonly string[]): Promise<void> {
  const { env } = process;
  if (isSupervisorAsked(argv, env) && env[RESTARTS_VARIABLE] === undefined) {
    const { supervise } = await import('#cli/supervise/supervise.js');
    process.exit(await supervise(argv));
  }
  if (argv[0] === 'server') endWhenAsked();
  const { runCommand } = await import('./run-command.js');
  process.exitCode = await runCommand(argv);
}
