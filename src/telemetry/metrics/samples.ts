import { CATALOG } from './catalog.js';

export type Labels = Readonly<Record<string, string>>;

/** One observation that stands for those beside it. */
export interface Exemplar {
  readonly labels: Labels;
  readonly value: number;
  /** Seconds since 1970. */
  readonly atSeconds: number;
}

/** One line. */
export interface Sample {
  readonly name: string;
  readonly labels: Labels;
  readonly value: number;
  readonly exemplar: Exemplar | null;
}

/** A metric with all its lines. */
export interface Family {
  readonly name: string;
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly samples: readonly Sample[];
}

/** Counts by upper bounds, and one for what was larger. */
export interface Buckets {
  readonly bounds: readonly number[];
  /** Of each bucket alone: one more than there are bounds. */
  readonly counts: readonly number[];
  readonly sum: number;
  /** The newest of each bucket; null where there is none. */
  readonly exemplars?: readonly (Exemplar | null)[];
}

/** The lines of one scrape, held against the catalogue: another name, or other labels, are a bug. */
export class Samples {
  readonly #byName = new Map<string, Sample[]>();

  add(name: string, value: number, labels: Labels = {}): void {
    this.#linesOf(name, labels).push({ name, labels, value, exemplar: null });
  }

  addHistogram(name: string, { bounds, counts, sum, exemplars }: Buckets, labels: Labels = {}): void {
    const lines = this.#linesOf(name, labels);
    let below = 0;
    for (const [i, count] of counts.entries()) {
      below += count;
      const le = i < bounds.length ? String(bounds[i]) : '+Inf';
      const exemplar = exemplars?.[i] ?? null;
      lines.push({ name: `${name}_bucket`, labels: { ...labels, le }, value: below, exemplar });
    }
    lines.push({ name: `${name}_sum`, labels, value: sum, exemplar: null });
    lines.push({ name: `${name}_count`, labels, value: below, exemplar: null });
  }

  /** As the catalogue has them; those without lines are left out. */
  get families(): readonly Family[] {
    return [...CATALOG.values()].flatMap(({ name, type, help }) => {
      const samples = this.#byName.get(name);
      return samples === undefined ? [] : [{ name, type, help, samples }];
    });
  }

  #linesOf(name: string, labels: Labels): Sample[] {
    const known = CATALOG.get(name);
    const given = Object.keys(labels).join(',');
    if (known === undefined || known.labels.join(',') !== given)
      throw new Error(`the catalogue has no metric ${name} with the labels '${given}'. This is a bug.`);
    const lines = this.#byName.get(name) ?? [];
    this.#byName.set(name, lines);
    return lines;
  }
}
