import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '#core/errors.js';
import { type Finding, outcomeOf } from './fuzzer.js';
import { shapeOf } from './outcome.js';
import type { FuzzTarget } from './target.js';

const MOST_TRIES = 3000;

/** The finding with an input from which nothing more can be cut in a while of trying. */
export async function minimised(finding: Finding, target: FuzzTarget): Promise<Finding> {
  const key = keyOf(finding.thrown);
  let { input, thrown } = finding;
  let tries = 0;
  for (let size = input.length >> 1; size > 0 && tries < MOST_TRIES; size >>= 1) {
    for (let at = 0; at < input.length && tries < MOST_TRIES; tries++) {
      const shorter = Uint8Array.from([...input.subarray(0, at), ...input.subarray(at + size)]);
      const failure = await failureOf(target, shorter);
      if (failure !== null && keyOf(failure.thrown) === key) [input, thrown] = [shorter, failure.thrown];
      else at += size;
    }
  }
  return { ...finding, input, thrown };
}

/** Two failures with the same key have most likely the same cause. */
export function keyOf(thrown: unknown): string {
  return `${thrown instanceof Error ? thrown.name : typeof thrown} ${shapeOf(messageOf(thrown))}`;
}

/** A finding as it is printed: its cause, how it comes again, and the file that its input is in. */
export function describeFinding(finding: Finding): string {
  const { target, seed, index, input, thrown } = finding;
  const file = saved(finding);
  const shown = JSON.stringify(Buffer.from(input.subarray(0, 400)).toString('latin1'));
  const stack = thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
  return [
    `${target}: ${messageOf(thrown).slice(0, 500)}`,
    `  input (${input.length} bytes, as Latin-1): ${shown}`,
    `  saved as ${file}; keep it as test/fuzz/seeds/${target}/<a-name>.bin`,
    `  again: npm run fuzz -- ${target} --seed ${seed} --runs ${index}`,
    stack.replace(/^/gm, '  | ').slice(0, 3000),
  ].join('\n');
}

async function failureOf(target: FuzzTarget, input: Uint8Array): Promise<{ thrown: unknown } | null> {
  try {
    await outcomeOf(target, input.slice());
    return null;
  } catch (thrown) {
    return { thrown };
  }
}

/** Writes the input to a file of its own, and answers its path. */
function saved({ target, input }: Finding): string {
  const folder = join(tmpdir(), 'furiosa-fuzz');
  mkdirSync(folder, { recursive: true });
  const digest = createHash('sha256').update(input).digest('hex').slice(0, 12);
  const path = join(folder, `${target}-${digest}.bin`);
  writeFileSync(path, input);
  return path;
}
