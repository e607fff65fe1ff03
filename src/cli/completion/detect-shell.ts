import { basename } from 'node:path';
import { SHELLS, type Shell } from '#cli/shared-options.js';
import type { Host } from './host.js';

/**
 * The shell the user types in, or null when it cannot be told: the nearest shell that this program was started from,
 * else the one that `SHELL` names as the user's own.
 */
export function detectShell(host: Host): Shell | null {
  const named = [...host.ancestors(), host.env['SHELL'] ?? ''].map(shellNamed);
  const found = named.find((shell) => shell !== null) ?? null;
  if (found !== null || host.platform !== 'win32') return found;
  return 'powershell';
}

/** A login shell's name begins with a dash, a Windows program's ends with `.exe`. */
function shellNamed(program: string): Shell | null {
  const name = basename(program.replaceAll('\\', '/'))
    .replace(/^-/, '')
    .replace(/\.exe$/i, '')
    .toLowerCase();
  return SHELLS.find((shell) => shell === name) ?? null;
}
