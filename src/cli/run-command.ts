import { readFileSync } from 'node:fs';
import { OPTIONS } from '#config/flags.js';
import type { Flags } from '#config/option-values.js';
import { ConfigError, formatProblem } from '#config/problem.js';
import type { Settings } from '#config/settings.js';
import type { DeviceInventory } from '#device/inventory.js';
import { CommandFailure } from './command-failure.js';
import type { OptionValue, OptionValues } from './command-option.js';
import type { Commands } from './commands.js';
import { processHost } from './process-host.js';
import { run } from './run.js';
import { processTerminal } from './terminal.js';

const { env } = process;
const manifest = new URL('../../../package.json', import.meta.url);
const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string };

/** Each loads what it needs: `furiosa --help` reads no configuration, and `furiosa models` knows no devices. */
const commands: Commands = {
  version,
  async serve(values) {
    const flags = flagsOf(values);
    const cwd = process.cwd();
    const inventory = await inventoryFor(flags);
    const { loadSettings } = await import('#config/load.js');
    const hostHasNpu = inventory.npus.some(({ simulated }) => !simulated);
    const read = (): Settings => loadSettings({ flags, env, cwd, hostHasNpu, productVersion: version });
    const settings = configured(read);
    const { serve } = await import('./serve.js');
    const status = await serve(settings, read);
    // A model that is still loading, or a request that was cut off, must not keep the process.
    process.exit(status);
  },
  async devices(values) {
    return (await inventoryFor(flagsOf(values))).list();
  },
  async inspect(path) {
    const { inspectModel } = await import('#backend/inspect.js');
    return await inspectModel(path);
  },
};

/** Runs one command line in this process; answers the exit status. */
export function runCommand(argv: readonly string[]): Promise<number> {
  return run(argv, commands, processTerminal(), processHost());
}

/** The devices, where the options, the environment and the server file say to look for them. */
async function inventoryFor(flags: Flags): Promise<DeviceInventory> {
  const { loadDeviceOptions } = await import('#config/load.js');
  const { openInventory } = await import('#device/inventory.js');
  return await openInventory(configured(() => loadDeviceOptions({ flags, env, cwd: process.cwd() })));
}

/** The command's values by the names that the configuration knows them by. */
function flagsOf(values: OptionValues): Flags {
  const given = OPTIONS.map(({ key, flag }): [string, OptionValue | undefined] => [
    key,
    values[flag.slice(2)],
  ]);
  return Object.fromEntries(given) as Flags;
}

function configured<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (thrown) {
    if (!(thrown instanceof ConfigError)) throw thrown;
    throw new CommandFailure(2, thrown.problems.map(formatProblem));
  }
}
