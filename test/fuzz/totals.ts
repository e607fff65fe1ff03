import type { SliceResult } from './worker.js';

/** All slices of one target. */
export interface TargetTotals {
  readonly target: string;
  inputs: number;
  elapsedMs: number;
  outcomes: number;
  kept: number;
  slowestMs: number;
  peakRssBytes: number;
  findings: number;
}

/** Adds up what slices came to. */
export class Totals {
  readonly #totals = new Map<string, TargetTotals>();
  readonly findings: string[] = [];

  add(result: SliceResult): void {
    const { target, inputs, elapsedMs, outcomes, kept, slowestMs, rssBytes, finding } = result;
    const all = this.#totals.get(target) ?? emptyTotals(target);
    all.inputs += inputs;
    all.elapsedMs += elapsedMs;
    all.outcomes = Math.max(all.outcomes, outcomes);
    all.kept = Math.max(all.kept, kept);
    all.slowestMs = Math.max(all.slowestMs, slowestMs);
    all.peakRssBytes = Math.max(all.peakRssBytes, rssBytes);
    if (finding !== null) {
      all.findings++;
      this.findings.push(finding);
    }
    this.#totals.set(target, all);
  }

  get inputs(): number {
    return [...this.#totals.values()].reduce((sum, { inputs }) => sum + inputs, 0);
  }

  /** In the order of the names. */
  get targets(): readonly TargetTotals[] {
    return [...this.#totals.values()].sort((a, b) => (a.target < b.target ? -1 : 1));
  }
}

function emptyTotals(target: string): TargetTotals {
  return {
    target,
    inputs: 0,
    elapsedMs: 0,
    outcomes: 0,
    kept: 0,
    slowestMs: 0,
    peakRssBytes: 0,
    findings: 0,
  };
}

/** The totals as a table of Markdown. */
export function tableOf(totals: Totals): string {
  const rows = totals.targets.map((each) =>
    [
      `\`${each.target}\``,
      grouped(each.inputs),
      grouped(Math.round((each.inputs * 1000) / Math.max(1, each.elapsedMs))),
      String(each.outcomes),
      String(each.kept),
      `${Math.ceil(each.slowestMs)} ms`,
      `${Math.round(each.peakRssBytes / 2 ** 20)} MiB`,
      String(each.findings),
    ].join(' | '),
  );
  return [
    '| target | inputs | a second | outcomes | kept | slowest | peak memory | findings |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map((row) => `| ${row} |`),
    `| **all** | **${grouped(totals.inputs)}** | | | | | | **${totals.findings.length}** |`,
  ].join('\n');
}

/** `1,234,567` */
export function grouped(value: number): string {
  return String(value).replace(/\B(?=(\d{3})+$)/g, ',');
}
