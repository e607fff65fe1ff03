import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadSettings } from '#config/load.js';
import type { Flags } from '#config/option-values.js';
import { ConfigError, formatProblem } from '#config/problem.js';
import type { Settings } from '#config/settings.js';

/** A folder with files in it, and what a host says of itself. */
export interface Bench {
  /** Path below the working directory -> text or bytes. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly flags?: Flags;
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly hostHasNpu?: boolean;
}

/** Settings, in which the folder is written as `<cwd>`. */
export function settingsOf(bench: Bench): Settings {
  return inFolder(bench, (cwd) => {
    const settings = load(bench, cwd);
    return JSON.parse(JSON.stringify(settings).replaceAll(cwd, '<cwd>')) as Settings;
  });
}

/** The lines a user would read, or none where the settings are good. */
export function problemsOf(bench: Bench): readonly string[] {
  return inFolder(bench, (cwd) => {
    try {
      load(bench, cwd);
      return [];
    } catch (error) {
      if (error instanceof ConfigError)
        return error.problems.map((one) => formatProblem(one).replaceAll(cwd, '<cwd>'));
      throw error;
    }
  });
}

export function load({ flags = {}, env = {}, hostHasNpu = false }: Bench, cwd: string): Settings {
  return loadSettings({ flags, env, cwd, hostHasNpu, productVersion: '1.2.3' });
}

export function inFolder<T>({ files = {} }: Bench, use: (cwd: string) => T): T {
  const cwd = mkdtempSync(join(tmpdir(), 'config-'));
  try {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(cwd, name)), { recursive: true });
      writeFileSync(join(cwd, name), text);
    }
    return use(cwd);
  } finally {
    rmSync(cwd, { recursive: true, force: true });
  }
}

/** A model list that every key of the original appears in, worded as the documented one. */
export const TWO_MODELS = `model_config_list:
  - name: mnist
    model: "samples/data/MNISTnet_uint8_quant.tflite"
    version: "1"
    platform: npu
    npu_device: warboy(1)*1
    compiler_config:
      keep_unsignedness: true
      split_unit: 0
  - name: ssd
    model: "samples/data/SSD512_MOBILENET_V2_BDD_int_without_reshape.tflite"
    version: "1"
    platform: npu
    npu_device: warboy(1)*1
`;
