/** What a client's process writes, one JSON object a line: first who it is and what it will do, then how each case ended. */

export type Outcome = 'pass' | 'fail' | 'skip';

export interface CaseResult {
  readonly name: string;
  readonly outcome: Outcome;
  /** Why it failed or was skipped; '' for one that passed. */
  readonly reason: string;
}

export interface ClientResults {
  /** What the client is called on the page: `tritonclient.http`. */
  readonly client: string;
  /** The version of every package or program that takes part, by name. */
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: readonly CaseResult[];
}

interface Plan {
  readonly client: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly cases: readonly string[];
}

const CUT_SHORT = 'the process of the client ended before this case did';

/** Reads a results file. A case that was planned and has no result has failed: its process died or hung. */
export function readResults(text: string): ClientResults {
  const [first = '', ...rest] = text.split('\n').filter((line) => line !== '');
  const plan = JSON.parse(first) as Plan;
  const done = new Map(
    rest.map((line) => JSON.parse(line) as CaseResult).map((result) => [result.name, result]),
  );
  const cases = plan.cases.map(
    (name) => done.get(name) ?? { name, outcome: 'fail' as const, reason: CUT_SHORT },
  );
  return { client: plan.client, versions: plan.versions, cases };
}

/** For a client whose process did not come so far as to say who it is. */
export function neverStarted(file: string): ClientResults {
  return {
    client: file,
    versions: {},
    cases: [
      { name: 'the client starts', outcome: 'fail', reason: 'its process ended before the first case' },
    ],
  };
}

/** How many cases of all clients ended so. */
export function countOf(results: readonly ClientResults[], outcome: Outcome): number {
  return results.flatMap(({ cases }) => cases).filter((result) => result.outcome === outcome).length;
}
