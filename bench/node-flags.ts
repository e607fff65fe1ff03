import { readFileSync } from 'node:fs';

const COMMAND = new URL('../../bin/furiosa.js', import.meta.url);

/** The options that Node has when a user starts the command, from its first line. */
export function nodeFlags(): string[] {
  const [shebang = ''] = readFileSync(COMMAND, 'utf8').split('\n', 1);
  const words = shebang.split(' ');
  const at = words.indexOf('node');
  if (at < 0) throw new Error(`${COMMAND.pathname} does not begin with how Node runs it: ${shebang}`);
  return words.slice(at + 1);
}
