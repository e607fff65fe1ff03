/** What stands where there is no value. */
export const NONE = '–';

/** Three digits that count, thousands apart: `0.0123`, `4.57`, `812`, `12,340`. */
export function figure(value: number | null): string {
  if (value === null) return NONE;
  const size = Math.abs(value);
  if (size >= 100 || size === 0) return Math.round(value).toLocaleString('en-US');
  return String(Number(value.toPrecision(3)));
}

/** `0.42 ms`, `31.5 ms`, `2.4 s`. */
export function milliseconds(ms: number | null): string {
  if (ms === null) return NONE;
  return ms >= 1000 ? `${figure(ms / 1000)} s` : `${figure(ms)} ms`;
}

export function eachSecond(value: number | null): string {
  return value === null ? NONE : `${figure(value)}/s`;
}

/** `812 B`, `37.3 MiB`. */
export function bytes(size: number | null): string {
  if (size === null) return NONE;
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  const step = size < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(size) / 10));
  return `${figure(size / 1024 ** step)} ${units[step]}`;
}

/** The time of the day where the reader is: `13:05:42`, or `13:05`. */
export function clockTime(atMs: number, hasSeconds: boolean): string {
  const at = new Date(atMs);
  const parts = [at.getHours(), at.getMinutes(), ...(hasSeconds ? [at.getSeconds()] : [])];
  return parts.map((part) => String(part).padStart(2, '0')).join(':');
}
