import { appendFileSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
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
  // All of them or none: a `compinit` further up knows nothing of an fpath that is changed below it.
  const block = lines.join('\n');
  if (before.replaceAll('\r\n', '\n').includes(block)) return `${path} already loads it.`;
  const gap = before === '' || before.endsWith('\n') ? '' : '\n';
  mkdirSync(dirname(path), { recursive: true });
  appendFileSync(path, `${gap}${block}\n`);
  return `Added to ${path}: ${lines.join('; ')}`;
}

function textOf(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}
