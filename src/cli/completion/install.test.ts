import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, sep } from 'node:path';
import { afterEach, beforeEach, describe, it } from 'node:test';
import type { Shell } from '#cli/shared-options.js';
import { detectShell } from './detect-shell.js';
import type { Host } from './host.js';
import { install } from './install.js';
import { installationFor } from './installation.js';

const NAMES = ['furiosa', 'furiosa-server'];
let home = '';
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'furiosa-home-'));
});
afterEach(() => rmSync(home, { recursive: true }));

function host(env: Record<string, string> = {}, platform = 'linux'): Host {
  return { env, platform, homeFolder: home, ancestors: () => [] };
}

/** Every file below the home folder. */
function files(): readonly string[] {
  return readdirSync(home, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) =>
      join(entry.parentPath, entry.name)
        .slice(home.length + 1)
        .replaceAll(sep, '/'),
    )
    .sort();
}

const PLACES: readonly (readonly [Shell, Record<string, string>, string, readonly string[]])[] = [
  [
    'bash',
    {},
    'linux',
    [
      '.local/share/bash-completion/completions/furiosa',
      '.local/share/bash-completion/completions/furiosa-server',
    ],
  ],
  [
    'bash',
    { XDG_DATA_HOME: 'data' },
    'linux',
    ['data/bash-completion/completions/furiosa', 'data/bash-completion/completions/furiosa-server'],
  ],
  ['zsh', {}, 'linux', ['.zfunc/_furiosa', '.zshrc']],
  ['zsh', { ZDOTDIR: 'dots' }, 'linux', ['.zfunc/_furiosa', 'dots/.zshrc']],
  [
    'fish',
    {},
    'darwin',
    ['.config/fish/completions/furiosa-server.fish', '.config/fish/completions/furiosa.fish'],
  ],
  [
    'pwsh',
    {},
    'linux',
    ['.config/powershell/Microsoft.PowerShell_profile.ps1', '.config/powershell/furiosa-completion.ps1'],
  ],
  [
    'pwsh',
    {},
    'win32',
    ['Documents/PowerShell/Microsoft.PowerShell_profile.ps1', 'Documents/PowerShell/furiosa-completion.ps1'],
  ],
  [
    'powershell',
    {},
    'win32',
    [
      'Documents/WindowsPowerShell/Microsoft.PowerShell_profile.ps1',
      'Documents/WindowsPowerShell/furiosa-completion.ps1',
    ],
  ],
];

describe('installing a completion', () => {
  for (const [shell, folders, platform, expected] of PLACES) {
    it(`writes ${expected[0]} for ${shell} on ${platform}`, () => {
      const env = Object.fromEntries(Object.entries(folders).map(([name, path]) => [name, join(home, path)]));
      install(installationFor(shell, NAMES, host(env, platform)), 'the script\n');
      assert.deepEqual(files(), expected);
    });
  }

  it('says what it wrote, and changes nothing the second time', () => {
    const zshrc = join(home, '.zshrc');
    writeFileSync(zshrc, 'alias ll="ls -l"');
    const installation = installationFor('zsh', NAMES, host());
    assert.deepEqual(install(installation, 'one\n'), [
      `Wrote ${join(home, '.zfunc', '_furiosa')}.`,
      `Added to ${zshrc}: fpath+=~/.zfunc; autoload -Uz compinit && compinit`,
    ]);
    const after = 'alias ll="ls -l"\nfpath+=~/.zfunc\nautoload -Uz compinit && compinit\n';
    assert.equal(readFileSync(zshrc, 'utf8'), after);
    assert.deepEqual(install(installation, 'one\n'), [
      `${join(home, '.zfunc', '_furiosa')} is up to date.`,
      `${zshrc} already loads it.`,
    ]);
    assert.equal(readFileSync(zshrc, 'utf8'), after);
  });

  it('brings an old script up to date', () => {
    const installation = installationFor('fish', ['furiosa'], host());
    install(installation, 'old\n');
    assert.deepEqual(install(installation, 'new\n'), [`Wrote ${installation.scripts[0]}.`]);
    assert.equal(readFileSync(installation.scripts[0] ?? '', 'utf8'), 'new\n');
  });

  it('adds its lines although a compinit stands further up, where the fpath is not yet changed', () => {
    const zshrc = join(home, '.zshrc');
    writeFileSync(zshrc, 'autoload -Uz compinit && compinit\n');
    install(installationFor('zsh', NAMES, host()), 'script\n');
    const line = 'autoload -Uz compinit && compinit\n';
    assert.equal(readFileSync(zshrc, 'utf8'), `${line}fpath+=~/.zfunc\n${line}`);
  });
});

describe('telling the shell', () => {
  const rows: readonly (readonly [string, Partial<Host>, Shell | null])[] = [
    ['the shell it was typed in', { ancestors: () => ['fish', 'sshd'] }, 'fish'],
    ['the nearest, past node and npx', { ancestors: () => ['node', 'npm exec', '-zsh', 'bash'] }, 'zsh'],
    ['the nearest, before SHELL', { ancestors: () => ['pwsh'], env: { SHELL: '/bin/bash' } }, 'pwsh'],
    ['SHELL, where nothing else is seen', { env: { SHELL: '/usr/local/bin/fish' } }, 'fish'],
    ['a Windows path', { ancestors: () => ['C:\\Program Files\\PowerShell\\7\\pwsh.exe'] }, 'pwsh'],
    ['PowerShell, where nothing is known on Windows', { platform: 'win32' }, 'powershell'],
    ['nothing, for a shell without a completion', { env: { SHELL: '/bin/dash' } }, null],
    ['nothing, where nothing is known', {}, null],
  ];
  for (const [name, known, shell] of rows) {
    it(name, () => assert.equal(detectShell({ ...host(), ...known }), shell));
  }
});
