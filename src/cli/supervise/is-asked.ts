const OPTION = '--supervise';
const VARIABLE = 'FURIOSA_SERVER_SUPERVISE';
const YES = /^(true|yes|on|1)$/i;

/**
 * Whether a command line asks for a supervisor. The supervisor is to load nothing of the server, its reading of
 * options included, so this looks at nothing else: the server that it starts reads the same words, and complains.
 *
 * @param argv the words after the program's name
 */
export function isSupervisorAsked(
  argv: readonly string[],
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  if (argv[0] !== 'server') return false;
  const end = argv.indexOf('--');
  const words = end === -1 ? argv : argv.slice(0, end);
  if (words.includes('--help')) return false;
  const last = words.findLast((word) => /^--(no-)?supervise(=|$)/.test(word));
  if (last === undefined) return YES.test(env[VARIABLE] ?? '');
  return last === OPTION || (last.startsWith(`${OPTION}=`) && YES.test(last.slice(OPTION.length + 1)));
}
