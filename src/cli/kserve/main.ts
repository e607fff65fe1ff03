import { CommandFailure, operationFailed } from '#cli/command-failure.js';
import { main as runFuriosa } from '#cli/main.js';
import { messageOf } from '#core/errors.js';
import { lookAt } from './mounted-folder.js';
import { KSERVE_COMMAND, planCommand } from './plan.js';

/** The entry point of the container: the command `furiosa` with what the arguments mean to it. */
export async function main(argv: readonly string[]): Promise<void> {
  try {
    await runFuriosa(plan(argv));
  } catch (thrown) {
    if (!(thrown instanceof CommandFailure)) throw thrown;
    for (const line of thrown.lines) process.stderr.write(`${line}\n`);
    process.exitCode = thrown.status;
  }
}

function plan(argv: readonly string[]): readonly string[] {
  try {
    return planCommand({ argv, env: process.env, look: lookAt });
  } catch (thrown) {
    if (thrown instanceof CommandFailure) throw thrown;
    throw operationFailed(KSERVE_COMMAND, `the models cannot be looked at: ${messageOf(thrown)}`);
  }
}
