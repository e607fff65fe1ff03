import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Installation } from './installation.js';

/**
 * Writes a completion to its place and answers what was done, a sentence for each file. Doing it again changes
 * nothing that is already as it should be. Throws the file system's error when a file cannot be written.
 */
export function install(installation: Installation, script: string): readonly string[] {
  const { scripts, startup } = installation;
  const done = scripts.map((path) => writeScript(path, script));
  return startup === null ? done : [...done, addLines(startup.path, startup.lines)];
}

function writeScript(path: string, script: string): string {
  if (textOf(path) === script) return `${path} is up to date.`;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, script);
  return `Wrote ${path}.`;
}

function addLines(path: string, lines: readonly string[]): string {
  const before = textOf(path);
  const present = new Set(before.split(/\r?\n/).map((line) => line.trim()));
  const missing = lines.filter((line) => !present.has(line));
  if (missing.length === 0) return `${path} already loads it.`;
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, `${before}${gap}${missing.join('\n')}\n`);
  return `Added to ${path}: ${missing.join(' ; ')}`;
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
