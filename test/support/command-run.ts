import type { Commands } from '#cli/commands.js';
import { run } from '#cli/run.js';
import { PLAIN, type Style } from '#cli/terminal.js';

/** What a command printed, and the status it ended with. */
export interface CommandRun {
  readonly status: number;
  readonly out: string;
  readonly error: string;
}

/** How the command sees its surroundings; by default, it is no terminal and the environment is empty. */
export interface Surroundings {
  readonly columns?: number;
  readonly style?: Style;
  readonly env?: Readonly<Record<string, string>>;
  readonly commands?: Partial<Commands>;
}

/** Runs `furiosa` with these words, in this process. */
export async function runCommand(
  argv: readonly string[],
  { columns, style = PLAIN, env = {}, commands = {} }: Surroundings = {},
): Promise<CommandRun> {
  let out = '';
  let error = '';
  const terminal = {
    write: (text: string) => {
      out += text;
    },
    writeError: (text: string) => {
      error += text;
    },
    columns: columns ?? null,
    progressColumns: null,
    style,
  };
  const host = { env, platform: 'linux', homeFolder: '/nowhere', ancestors: () => [] };
  const status = await run(argv, commands as Commands, terminal, host);
  return { status, out, error };
}
