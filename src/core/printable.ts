/**
 * Text from elsewhere (a model file, a command line, a server, a request) made safe to print: control characters, among
 * them the escape that starts a terminal's commands, are written as `\x1b` and the like, and so are the invisible ones that
 * turn the reading direction.
 */
export function printable(text: string): string {
  return text.replace(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
