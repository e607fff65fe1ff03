import { ConfigError, formatProblem, NOWHERE, type Place, type Problem } from './problem.js';

/** Nobody reads more, and a hostile file could make millions. */
const MAX_FINDINGS = 100;

/** Collects what is wrong with the configuration while it is read, so that all of it is told at once. */
export class Report {
  readonly #problems: Problem[] = [];
  readonly #warnings: string[] = [];
  #problemsLeftOut = 0;
  #warningsLeftOut = 0;

  /** Something that must be put right before anything starts. */
  problem(place: Place, message: string): void {
    if (this.#problems.length < MAX_FINDINGS) this.#problems.push({ ...place, message });
    else this.#problemsLeftOut++;
  }

  /** Something worth a WARN line that stops nothing. */
  warning(place: Place, message: string): void {
    if (this.#warnings.length < MAX_FINDINGS) this.#warnings.push(formatProblem({ ...place, message }));
    else this.#warningsLeftOut++;
  }

  /** Takes over what another report collected. */
  absorb(other: Report): void {
    for (const problem of other.#problems) this.problem(problem, problem.message);
    this.#problemsLeftOut += other.#problemsLeftOut;
    for (const warning of other.#warnings) this.warning(NOWHERE, warning);
    this.#warningsLeftOut += other.#warningsLeftOut;
  }

  get warnings(): readonly string[] {
    const more = this.#warningsLeftOut;
    return more === 0 ? this.#warnings : [...this.#warnings, `${more} more warnings`];
  }

  /** In the order of reading: file by file, and within a file from its top. */
  get problems(): readonly Problem[] {
    const files = [...new Set(this.#problems.map(({ file }) => file))];
    const sorted = files.flatMap((file) =>
      this.#problems.filter((one) => one.file === file).sort(byPosition),
    );
    const more = this.#problemsLeftOut;
    return more === 0 ? sorted : [...sorted, { ...NOWHERE, message: `${more} more problems` }];
  }

  /** Throws a ConfigError when there is a problem. */
  throwIfAny(): void {
    if (this.#problems.length > 0) throw new ConfigError(this.problems);
  }
}

function byPosition(a: Problem, b: Problem): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
