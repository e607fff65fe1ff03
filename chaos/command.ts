/** What `npm run chaos` and `npm run soak` have in common. */
import { readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Command {
  readonly minutes: number;
  /** Where the result goes, as JSON. */
  readonly resultFile: string;
  /** A result of before that is to be written about, in place of a new one; null where there is none. */
  readonly from: string | null;
  /** Whether docs/reliability.md is to tell of it. */
  readonly isWritten: boolean;
}

/** Throws a RangeError that says what is wrong with the words. */
export function commandOf(words: readonly string[], name: string, minutes: number): Command {
  const after = (flag: string): string | undefined => {
    const at = words.indexOf(flag);
    return at < 0 ? undefined : (words[at + 1] ?? '');
  };
  const given = after('--minutes');
  const wanted = given === undefined ? minutes : Number(given);
  if (!(wanted > 0)) throw new RangeError(`--minutes takes a number above 0, and not '${given}'`);
  return {
    minutes: wanted,
    resultFile: after('--result') ?? join(tmpdir(), `furiosa-${name}.json`),
    from: after('--from') ?? null,
    isWritten: words.includes('--write'),
  };
}

/** The result of a run, or of the one before that is named. */
export async function resultOf<Result>(
  { from, resultFile }: Command,
  run: () => Promise<Result>,
): Promise<Result> {
  if (from !== null) return JSON.parse(readFileSync(from, 'utf8'));
  const result = await run();
  writeFileSync(resultFile, JSON.stringify(result));
  console.error(`The result is in ${resultFile}.`);
  return result;
}
