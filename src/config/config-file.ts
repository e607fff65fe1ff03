import { realpathSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { readDocument } from './document.js';
import type { Given } from './given.js';
import type { Spot } from './node.js';
import type { Report } from './report.js';
import { CONFIGURATION, readTextFile } from './text-file.js';

/** A configuration file that could be read as YAML. */
export interface ConfigFile {
  /** Absolute, symbolic links followed: equal for the same file under two names. */
  readonly identity: string;
  /** Absolute: relative paths in the file are looked for here first. */
  readonly folder: string;
  readonly spot: Spot;
}

/** Reads the file an option names. Null when the option was not given, or after reporting why it cannot be read. */
export function readGivenFile(given: Given<string> | null, cwd: string, report: Report): ConfigFile | null {
  if (given?.value === undefined) return null;
  const path = resolve(cwd, given.value);
  const read = readTextFile(path, CONFIGURATION);
  if ('fault' in read) {
    report.problem(given.place, `${given.value} ${read.fault}`);
    return null;
  }
  const spot = readDocument(read.text, given.value, report);
  return spot && { identity: identityOf(path), folder: dirname(path), spot };
}

export function identityOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    // A pipe, or a file that has just gone: its name must do.
    return path;
  }
}
