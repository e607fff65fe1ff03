import { join } from 'node:path';
import type { Shell } from '#cli/shared-options.js';
import type { Host } from './host.js';

/** Where a completion goes, worked out before anything is written. */
export interface Installation {
  /** Files that hold the script and nothing else. They are overwritten. */
  readonly scripts: readonly string[];
  /** A file of the user's that must have these lines; they are added at its end once. */
  readonly startup: { readonly path: string; readonly lines: readonly string[] } | null;
  /** What the user does next. */
  readonly advice: string;
}

/** The usual place of completions for the shell. `names` are the names of the program, its own first. */
export function installationFor(shell: Shell, names: readonly string[], host: Host): Installation {
  switch (shell) {
    case 'bash':
      return bash(names, host);
    case 'zsh':
      return zsh(names, host);
    case 'fish':
      return fish(names, host);
    case 'powershell':
    case 'pwsh':
      return powershell(shell, names, host);
  }
}

/** bash-completion loads a file by the name of the command, so every name needs one. */
function bash(names: readonly string[], { env, homeFolder }: Host): Installation {
  const data = env['XDG_DATA_HOME'] || join(homeFolder, '.local', 'share');
  const scripts = names.map((name) => join(data, 'bash-completion', 'completions', name));
  return {
    scripts,
    startup: null,
    advice: `It works in new shells where the package bash-completion is installed; elsewhere add to ~/.bashrc: source '${scripts[0]}'`,
  };
}

function zsh([name = '']: readonly string[], { env, homeFolder }: Host): Installation {
  return {
    scripts: [join(homeFolder, '.zfunc', `_${name}`)],
    startup: {
      path: join(env['ZDOTDIR'] || homeFolder, '.zshrc'),
      lines: ['fpath+=~/.zfunc', 'autoload -Uz compinit && compinit'],
    },
    advice: 'It works in new shells.',
  };
}

/** fish, too, loads a file by the name of the command. */
function fish(names: readonly string[], { env, homeFolder }: Host): Installation {
  const config = env['XDG_CONFIG_HOME'] || join(homeFolder, '.config');
  return {
    scripts: names.map((name) => join(config, 'fish', 'completions', `${name}.fish`)),
    startup: null,
    advice: 'It works at once, in every fish.',
  };
}

function powershell(shell: 'powershell' | 'pwsh', [name = '']: readonly string[], host: Host): Installation {
  const folder = profileFolder(shell, host);
  const script = join(folder, `${name}-completion.ps1`);
  return {
    scripts: [script],
    startup: {
      path: join(folder, 'Microsoft.PowerShell_profile.ps1'),
      lines: [`. '${script.replaceAll("'", "''")}'`],
    },
    advice: 'It works in new shells.',
  };
}

/** Source: about_Profiles, "current user, current host". */
function profileFolder(shell: 'powershell' | 'pwsh', { env, platform, homeFolder }: Host): string {
  if (platform === 'win32') {
    return join(homeFolder, 'Documents', shell === 'pwsh' ? 'PowerShell' : 'WindowsPowerShell');
  }
  return join(env['XDG_CONFIG_HOME'] || join(homeFolder, '.config'), 'powershell');
}
