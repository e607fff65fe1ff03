import { type TraceLevel, traceLevelsOf } from '#core/trace-level.js';
import { TRACE_MODES, type TraceMode } from '#core/trace-mode.js';
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
import { spanKeys } from './span-config.js';
import { nonEmpty } from './values.js';

/** What an option or a file says of tracing; null where it says nothing. */
export interface TraceConfig {
  readonly file: string | null;
  readonly levels: readonly TraceLevel[] | null;
  readonly rate: number | null;
  readonly count: number | null;
  readonly logFrequency: number | null;
  readonly mode: TraceMode | null;
  readonly url: string | null;
  readonly resource: Readonly<Record<string, string>> | null;
  readonly maxQueueSize: number | null;
  readonly scheduleDelayMs: number | null;
  readonly maxExportBatchSize: number | null;
  /** Where a key is said, or would be. */
  readonly at: (key: 'level' | 'rate' | 'bsp_max_export_batch_size') => Place;
}

const rate = integer(0, 4_294_967_295);
const count = integer(-1, 2_147_483_647);
const logFrequency = integer(0, 4_294_967_295);
const mode = choice(TRACE_MODES);

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
    file: optional(
      nonEmpty,
      'In the mode triton: where traces are written. Without one nothing can be traced.',
    ),
    level: optional(levels, 'What is traced.', 'OFF'),
    rate: optional(
      rate,
      'One request of so many is traced; 0, in the mode opentelemetry, for those that their callers trace.',
      '1000',
    ),
    count: optional(count, 'So many requests are traced; -1 for any number.', '-1'),
    log_frequency: optional(
      logFrequency,
      'Traces in each file of a series `<file>.0`, `<file>.1`, …; 0 for one file.',
      '0',
    ),
    mode: optional(
      mode,
      'Where traces go: to a file of the form of Triton, or as spans to a collector of OpenTelemetry.',
      'triton',
    ),
    ...spanKeys,
  },
  (
    { level, log_frequency, bsp_max_queue_size, bsp_schedule_delay, bsp_max_export_batch_size, ...others },
    at,
  ) => ({
    ...others,
    levels: level,
    logFrequency: log_frequency,
    maxQueueSize: bsp_max_queue_size,
    scheduleDelayMs: bsp_schedule_delay,
    maxExportBatchSize: bsp_max_export_batch_size,
    at,
  }),
);

const OPTION_TYPE = 'key=value, several with commas between';

/** `--trace-config`, spelt as Triton's: `rate=1,level=TIMESTAMPS`, or `triton,file=x` with the mode before its keys. */
export const traceOption: Schema<TraceConfig> = {
  type: OPTION_TYPE,
  read({ node, place }, report) {
    if (node.kind !== 'scalar') return mismatch(OPTION_TYPE, { node, place }, report);
    const entries = new Map<string, MapEntry>();
    for (const pair of node.text.split(',').filter((part) => !TRACE_MODES.some((mode) => mode === part))) {
      const [key, value] = keyAndValue(pair) ?? [];
      if (key === undefined || value === undefined) {
        report.problem(place, `expected ${OPTION_TYPE}, found ${quoted(pair)}`);
        return undefined;
      }
      entries.set(key, { key: NO_POSITION, value: withBefore(key, entries.get(key)?.value, value) });
    }
    return traceBlock.read({ node: { kind: 'map', entries, ...NO_POSITION }, place }, report);
  },
};

const NO_POSITION: Position = { line: null, column: null };

/** Null where there is no key, or nothing behind it. */
function keyAndValue(pair: string): readonly [key: string, value: string] | null {
  const at = pair.indexOf('=');
  return at < 1 ? null : [pair.slice(0, at).replaceAll('-', '_'), pair.slice(at + 1)];
}

/** Levels and attributes of the resource add up, as Triton's do; of any other key that is given twice the last counts. */
function withBefore(key: string, before: ConfigNode | undefined, value: string): ConfigNode {
  const node = scalarNode(value);
  if (key === 'level' && before) return joined(before, node);
  return key === 'resource' ? withAttribute(before, value) : node;
}

function withAttribute(before: ConfigNode | undefined, written: string): ConfigNode {
  const at = written.indexOf('=');
  if (at < 1) return scalarNode(written);
  const attribute: MapEntry = { key: NO_POSITION, value: scalarNode(written.slice(at + 1)) };
  const known = before?.kind === 'map' ? before.entries : [];
  return { kind: 'map', entries: new Map([...known, [written.slice(0, at), attribute]]), ...NO_POSITION };
}

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
