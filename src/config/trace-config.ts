import { type TraceLevel, traceLevelsOf } from '#core/trace-level.js';
import { mapping } from './collections.js';
import {
  type ConfigNode,
  type ListNode,
  type MapEntry,
  nameOfNode,
  type Position,
  quoted,
  type ScalarNode,
} from './node.js';
import type { Place } from './problem.js';
import { choice, integer } from './scalars.js';
import { mismatch, optional, type Schema } from './schema.js';
import { nonEmpty } from './values.js';

/** What an option or a file says of tracing; null where it says nothing. */
export interface TraceConfig {
  readonly file: string | null;
  readonly levels: readonly TraceLevel[] | null;
  readonly rate: number | null;
  readonly count: number | null;
  readonly logFrequency: number | null;
  /** Where the levels are said, or would be. */
  readonly place: Place;
}

const rate = integer(1, 4_294_967_295);
const count = integer(-1, 2_147_483_647);
const logFrequency = integer(0, 4_294_967_295);
const mode = choice(['triton']);

const LEVELS = 'OFF, TIMESTAMPS, TENSORS, or a list of the latter two';

const levels: Schema<readonly TraceLevel[]> = {
  type: LEVELS,
  read(spot, report) {
    const { node } = spot;
    const items = node.kind === 'list' ? node.items : [node];
    const words = items.map((item) => (item.kind === 'scalar' ? item.text : nameOfNode(item)));
    const found = traceLevelsOf(words);
    if (found !== null) return found;
    report.problem(
      spot.place,
      `expected ${LEVELS}, found ${words.map(quoted).join(', ') || 'an empty list'}`,
    );
    return undefined;
  },
};

/** The block of the server file. */
export const traceBlock: Schema<TraceConfig> = mapping(
  'a mapping of trace settings',
  {
    file: optional(nonEmpty, 'Where traces are written. Without one nothing can be traced.'),
    level: optional(levels, 'What is traced.', 'OFF'),
    rate: optional(rate, 'One request of so many is traced.', '1000'),
    count: optional(count, 'So many requests are traced; -1 for any number.', '-1'),
    log_frequency: optional(
      logFrequency,
      'Traces in each file of a series `<file>.0`, `<file>.1`, …; 0 for one file.',
      '0',
    ),
    mode: optional(
      mode,
      "The form of the traces. Triton's other one, opentelemetry, is not there yet.",
      'triton',
    ),
  },
  ({ level, log_frequency, mode: _mode, ...others }, at) => ({
    ...others,
    levels: level,
    logFrequency: log_frequency,
    place: at('level'),
  }),
);

const OPTION_TYPE = 'key=value, several with commas between';

/** `--trace-config`, spelt as Triton's: `rate=1,level=TIMESTAMPS`, or `triton,file=x` with the mode before its keys. */
export const traceOption: Schema<TraceConfig> = {
  type: OPTION_TYPE,
  read({ node, place }, report) {
    if (node.kind !== 'scalar') return mismatch(OPTION_TYPE, { node, place }, report);
    const entries = new Map<string, MapEntry>();
    for (const pair of node.text.split(',').filter((part) => part !== 'triton')) {
      const at = pair.indexOf('=');
      if (at < 1) {
        report.problem(place, `expected ${OPTION_TYPE}, found ${quoted(pair)}`);
        return undefined;
      }
      const key = pair.slice(0, at).replaceAll('-', '_');
      const before = entries.get(key)?.value;
      const value = scalarNode(pair.slice(at + 1));
      // Levels add up, as Triton's do; of any other key that is given twice the last counts.
      entries.set(key, {
        key: NO_POSITION,
        value: key === 'level' && before ? joined(before, value) : value,
      });
    }
    return traceBlock.read({ node: { kind: 'map', entries, ...NO_POSITION }, place }, report);
  },
};

const NO_POSITION: Position = { line: null, column: null };

function scalarNode(text: string): ScalarNode {
  return { kind: 'scalar', text, ...NO_POSITION };
}

function joined(before: ConfigNode, next: ScalarNode): ListNode {
  return {
    kind: 'list',
    items: [...(before.kind === 'list' ? before.items : [before]), next],
    ...NO_POSITION,
  };
}
