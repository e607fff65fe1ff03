const SECONDS: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 };

/** Requests in a second, of `500/s`, `20/min` or `1000/h`; null for anything else, and for none at all. */
export function readRate(text: string): number | null {
  const [, count = '', unit = 's'] = /^(\d+\.?\d*|\.\d+)(?:\/(s|min|h))?$/.exec(text) ?? [];
  const perSecond = Number(count) / (SECONDS[unit] ?? 1);
  return perSecond > 0 && Number.isFinite(perSecond) ? perSecond : null;
}
