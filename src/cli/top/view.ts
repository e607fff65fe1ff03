import type { TopRow } from './rates.js';

/** What the table can be sorted by, in the order of the key `s`. Numbers are sorted from the largest down. */
export const SORTS = ['REQ/S', 'P99', 'ERR/S', 'WAIT', 'MEMORY', 'MODEL'] as const;
export type Sort = (typeof SORTS)[number];

/** What the user has chosen to see. */
export interface View {
  readonly sort: Sort;
  /** Models with this text in their name. */
  readonly filter: string;
  /** Whether what is typed goes into the filter. */
  readonly isTyping: boolean;
  readonly isPaused: boolean;
  /** Rows that are above the first one shown. */
  readonly scroll: number;
  readonly isDone: boolean;
}

export const FIRST_VIEW: View = {
  sort: 'REQ/S',
  filter: '',
  isTyping: false,
  isPaused: false,
  scroll: 0,
  isDone: false,
};

/** A key by its name, `up`, `enter` and the like, or the character that it types. */
export type Key = 'up' | 'down' | 'enter' | 'backspace' | 'escape' | 'interrupt' | { readonly typed: string };

const NAMED: readonly (readonly [sequence: string, key: Key])[] = [
  ['\u001b[A', 'up'],
  ['\u001bOA', 'up'],
  ['\u001b[B', 'down'],
  ['\u001bOB', 'down'],
  ['\r', 'enter'],
  ['\n', 'enter'],
  ['\u007f', 'backspace'],
  ['\b', 'backspace'],
  ['\u0003', 'interrupt'],
  ['\u0004', 'interrupt'],
];

const ESCAPE = '\u001b';
/** What follows the escape of keys that mean nothing here, such as those to the left and to the right. */
const OTHER_SEQUENCE = /^(\[[0-9;]*[ -/]*[@-~]|O[@-~])/;

/** The keys in what a terminal in raw mode sends. */
export function keysOf(text: string): readonly Key[] {
  const keys: Key[] = [];
  let rest = text;
  while (rest !== '') {
    const named = NAMED.find(([sequence]) => rest.startsWith(sequence));
    const other = rest.startsWith(ESCAPE) ? (OTHER_SEQUENCE.exec(rest.slice(1))?.[0] ?? '') : '';
    const [character = ''] = rest;
    if (named !== undefined) keys.push(named[1]);
    else if (other === '' && character === ESCAPE) keys.push('escape');
    else if (other === '' && !/\p{Cc}/u.test(character)) keys.push({ typed: character });
    rest = rest.slice((named?.[0] ?? character + other).length);
  }
  return keys;
}

/** What is seen after a key. @param rowCount rows of the table, to scroll no further than there are */
export function afterKey(view: View, key: Key, rowCount: number): View {
  if (key === 'interrupt') return { ...view, isDone: true };
  if (key === 'up') return { ...view, scroll: Math.max(0, Math.min(view.scroll, rowCount - 1) - 1) };
  if (key === 'down') return { ...view, scroll: Math.max(0, Math.min(view.scroll + 1, rowCount - 1)) };
  return view.isTyping ? afterTyping(view, key) : afterCommand(view, key);
}

function afterTyping(view: View, key: Key): View {
  if (key === 'enter') return { ...view, isTyping: false };
  if (key === 'escape') return { ...view, isTyping: false, filter: '', scroll: 0 };
  if (key === 'backspace') return { ...view, filter: [...view.filter].slice(0, -1).join(''), scroll: 0 };
  return typeof key === 'object' ? { ...view, filter: view.filter + key.typed, scroll: 0 } : view;
}

function afterCommand(view: View, key: Key): View {
  if (key === 'escape') return { ...view, filter: '', scroll: 0 };
  switch (typeof key === 'object' ? key.typed : '') {
    case 'q':
      return { ...view, isDone: true };
    case 's':
      return { ...view, sort: SORTS[(SORTS.indexOf(view.sort) + 1) % SORTS.length] ?? 'REQ/S', scroll: 0 };
    case 'p':
      return { ...view, isPaused: !view.isPaused };
    case '/':
      return { ...view, isTyping: true };
    default:
      return view;
  }
}

/** The rows that pass the filter, in their order. */
export function shownRows(rows: readonly TopRow[], { filter, sort }: View): readonly TopRow[] {
  const wanted = filter.toLowerCase();
  return rows
    .filter(({ model }) => model.toLowerCase().includes(wanted))
    .sort((a, b) => bySort(a, b, sort) || byName(a, b));
}

const VALUE_OF: { readonly [S in Exclude<Sort, 'MODEL'>]: (row: TopRow) => number | null } = {
  'REQ/S': (row) => row.requestsPerSecond,
  P99: (row) => row.p99Ms,
  'ERR/S': (row) => row.errorsPerSecond,
  WAIT: (row) => row.waiting,
  MEMORY: (row) => row.memoryBytes,
};

/** What is not known comes last. */
function bySort(a: TopRow, b: TopRow, sort: Sort): number {
  if (sort === 'MODEL') return 0;
  const [left, right] = [VALUE_OF[sort](a) ?? -1, VALUE_OF[sort](b) ?? -1];
  return right - left;
}

/** Versions by number where they are numbers. */
function byName(a: TopRow, b: TopRow): number {
  return a.model.localeCompare(b.model, 'en') || a.version.localeCompare(b.version, 'en', { numeric: true });
}
