import { quoted } from './node.js';
import { didYouMean, mismatch, type Schema } from './schema.js';

/** Any scalar, as it was written. `check` answers what is wrong with it, or null. */
export function text(type = 'text', check: (text: string) => string | null = () => null): Schema<string> {
  return scalar(type, (value) => {
    const fault = check(value);
    return fault === null ? { value } : { fault };
  });
}

/** A whole number in decimal digits. */
export function integer(min: number, max: number): Schema<number> {
  const type = `an integer from ${min} to ${max}`;
  return scalar(type, (value) => {
    const number = /^[-+]?\d{1,15}$/.test(value) ? Number(value) : Number.NaN;
    return number >= min && number <= max ? { value: number } : null;
  });
}

export function number(min: number, max: number): Schema<number> {
  return scalar(`a number from ${min} to ${max}`, (value) => {
    const read = /^[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?$/.test(value) ? Number(value) : Number.NaN;
    return read >= min && read <= max ? { value: read } : null;
  });
}

const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ['true', true],
  ['false', false],
  // YAML 1.1, which the original reads, takes these for booleans too.
  ['yes', true],
  ['no', false],
  ['on', true],
  ['off', false],
]);

/** Undefined for what is neither. */
export function truthOf(text: string): boolean | undefined {
  return TRUTHS.get(text.toLowerCase());
}

export const boolean: Schema<boolean> = scalar('true or false', (value) => {
  const truth = truthOf(value);
  return truth === undefined ? null : { value: truth };
});

/** One of several words, in upper or lower case. `renamed` holds words that are no longer written so. */
export function choice<const T extends string>(
  values: readonly T[],
  renamed: Readonly<Record<string, T>> = {},
): Schema<T> {
  const type = `one of ${values.join(', ')}`;
  const plain = scalar(type, (value) => {
    const found = values.find((allowed) => allowed.toLowerCase() === value.toLowerCase());
    if (found !== undefined) return { value: found };
    return { fault: `expected ${type}, found ${quoted(value)}${didYouMean(value, values)}` };
  });
  return {
    type,
    read(spot, report) {
      const name = spot.node.kind === 'scalar' ? spot.node.text : '';
      const today = Object.hasOwn(renamed, name) ? renamed[name] : undefined;
      if (today === undefined) return plain.read(spot, report);
      report.warning(spot.place, `"${name}" is called "${today}" today`);
      return today;
    },
  };
}

/** Taken as it is and not looked into. */
export const anything: Schema<true> = { type: 'anything', read: () => true };

type Reading<T> = { readonly value: T } | { readonly fault: string } | null;

/** A scalar; `read` answers its value, a sentence of its own, or null for the plain mismatch. */
export function scalar<T>(type: string, read: (text: string) => Reading<T>): Schema<T> {
  return {
    type,
    read(spot, report) {
      if (spot.node.kind !== 'scalar') return mismatch(type, spot, report);
      const reading = read(spot.node.text);
      if (reading === null) return mismatch(type, spot, report);
      if ('value' in reading) return reading.value;
      report.problem(spot.place, reading.fault);
      return undefined;
    },
  };
}
