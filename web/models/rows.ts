import type { Derived } from '../derive.js';
import type { LiveModel, LiveVersion } from '../live-types.js';

/** One line of the list: a version of a model, or a model that has none. */
export interface Row {
  readonly key: string;
  readonly model: LiveModel;
  readonly version: LiveVersion | null;
  /** What it did in the last seconds; null where that is not known. */
  readonly derived: Derived | null;
}

export const COLUMNS = [
  'name',
  'state',
  'device',
  'engine',
  'memory',
  'perSecond',
  'p50',
  'p99',
  'waiting',
  'rows',
  'errors',
] as const;

export type Column = (typeof COLUMNS)[number];

export interface Order {
  readonly column: Column;
  readonly isDown: boolean;
}

/** A line for every version of every model, in the server's order. */
export function rowsOf(
  models: Iterable<LiveModel>,
  derivedOf: (model: string, version: string) => Derived | null,
): readonly Row[] {
  return [...models].flatMap((model): readonly Row[] => {
    if (model.versions.length === 0)
      return [{ key: keyOf(model.name, ''), model, version: null, derived: null }];
    return model.versions.map((version) => ({
      key: keyOf(model.name, version.version),
      model,
      version,
      derived: derivedOf(model.name, version.version),
    }));
  });
}

/** Those whose name, or a part of it, was typed. */
export function filtered(rows: readonly Row[], text: string): readonly Row[] {
  const wanted = text.trim().toLowerCase();
  if (wanted === '') return rows;
  return rows.filter(({ model }) => model.name.toLowerCase().includes(wanted));
}

/** Where nothing is known of the column, a line is at the end, whichever way the others go. Equal ones go by name. */
export function sorted(rows: readonly Row[], { column, isDown }: Order): readonly Row[] {
  const valued = rows.map((row) => ({ row, value: sortValue(row, column) }));
  valued.sort((a, b) => {
    if (a.value === null || b.value === null) {
      return Number(a.value === null) - Number(b.value === null) || byName(a.row, b.row);
    }
    const order = compare(a.value, b.value);
    return (isDown ? -order : order) || byName(a.row, b.row);
  });
  return valued.map(({ row }) => row);
}

/** Numbers are wanted from the largest, names from the first. */
export function clicked(order: Order, column: Column): Order {
  if (order.column === column) return { column, isDown: !order.isDown };
  return { column, isDown: !['name', 'state', 'device', 'engine'].includes(column) };
}

const STATES: Readonly<Record<LiveVersion['state'], number>> = {
  UNAVAILABLE: 0,
  LOADING: 1,
  UNLOADING: 2,
  READY: 3,
};

function sortValue({ model, version, derived }: Row, column: Column): string | number | null {
  switch (column) {
    case 'name':
      return model.name;
    case 'state':
      return version === null ? null : STATES[version.state];
    case 'device':
      return version?.devices.join() || null;
    case 'engine':
      return version?.platform ?? null;
    case 'memory':
      return version?.memory_bytes ?? null;
    case 'perSecond':
      return derived?.perSecond ?? null;
    case 'p50':
      return derived?.p50Ms ?? null;
    case 'p99':
      return derived?.p99Ms ?? null;
    case 'waiting':
      return version?.stats?.waiting.requests ?? null;
    case 'rows':
      return derived?.meanRows ?? null;
    case 'errors':
      return derived?.errorsPerSecond ?? null;
  }
}

function byName(a: Row, b: Row): number {
  return compare(a.model.name, b.model.name) || compare(a.version?.version ?? '', b.version?.version ?? '');
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), 'en', { numeric: true });
}

function keyOf(model: string, version: string): string {
  return JSON.stringify([model, version]);
}
