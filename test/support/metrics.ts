/** Metrics as a scrape finds them: the value of each line by all that stands before it. */
export type Series = ReadonlyMap<string, number>;

/** Reads the text format; no exemplars. Label values of these tests have no blanks but in operations. */
export function readSeries(text: string): Series {
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return new Map(
    lines.map((line) => {
      const at = line.lastIndexOf(' ');
      return [line.slice(0, at), Number(line.slice(at + 1))];
    }),
  );
}

/** What is told of one metric, by its labels as they are written: `model="m",version="1"`. */
export function valuesOf(series: Series, name: string): Readonly<Record<string, number>> {
  const found = [...series].filter(([line]) => line === name || line.startsWith(`${name}{`));
  return Object.fromEntries(
    found.map(([line, value]) => [line.slice(name.length).replace(/[{}]/g, ''), value]),
  );
}

export function sumOf(values: Readonly<Record<string, number>>): number {
  return Object.values(values).reduce((sum, value) => sum + value, 0);
}
