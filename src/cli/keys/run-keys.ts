import { hashOfKey, newApiKey } from '#access/api-key.js';
import { usageError } from '#cli/command-failure.js';
import type { Invocation } from '#cli/parse.js';
import type { Terminal } from '#cli/terminal.js';
import { isKeyName, KEY_NAME_FORM } from '#config/auth-keys.js';

/** Does what `furiosa keys ...` asks for, and answers the exit status. */
export function runKeys(
  { path, values, argument }: Invocation,
  terminal: Pick<Terminal, 'write'>,
  makeKey: () => string = newApiKey,
): number {
  if (path !== 'keys new') throw usageError('furiosa keys', "a command is missing: 'furiosa keys new NAME'");
  const name = argument ?? '';
  if (!isKeyName(name)) throw usageError('furiosa keys new', `the NAME must be ${KEY_NAME_FORM}`);
  const roles = values['role'] ?? [];
  const made = { name, key: makeKey(), roles: Array.isArray(roles) ? roles : [String(roles)] };
  terminal.write(values['json'] === true ? asJson(made) : asText(made));
  return 0;
}

interface MadeKey {
  readonly name: string;
  readonly key: string;
  readonly roles: readonly string[];
}

function asJson({ name, key, roles }: MadeKey): string {
  return `${JSON.stringify({ name, key, hash: `sha256:${hashOfKey(key)}`, roles })}\n`;
}

/** The key stands in the first line, alone. */
function asText({ name, key, roles }: MadeKey): string {
  return `${key}

This is the key of '${name}'. It is shown this once and cannot be had again. What the server has to know of it,
below 'keys:' in the file of --auth-config:

  - name: ${JSON.stringify(name)}
    hash: sha256:${hashOfKey(key)}
    roles: ${JSON.stringify(roles)}
`;
}
