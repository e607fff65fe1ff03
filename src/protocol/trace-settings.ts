import { traceLevelsOf } from '#core/trace-level.js';
import { TRACE_MODES } from '#core/trace-mode.js';
import type { TraceChange, TraceSettings } from '#serving/trace-settings.js';
import { wrongValue } from './request-faults.js';
import { fixedFile, unknownSetting } from './setting-faults.js';

/** The names that V2's `trace` extension has for the settings. */
export const TRACE_SETTINGS = [
  'trace_file',
  'trace_level',
  'trace_rate',
  'trace_count',
  'log_frequency',
  'trace_mode',
] as const;
export type TraceSettingName = (typeof TRACE_SETTINGS)[number];

const MAX_INT32 = 2_147_483_647;
const MAX_UINT32 = 4_294_967_295;

/** Every setting as the protocol has it: one text, but a list of them for the levels. */
export function traceSettingValues(settings: TraceSettings): Record<TraceSettingName, readonly string[]> {
  return {
    trace_file: [settings.file],
    trace_level: settings.levels.length === 0 ? ['OFF'] : settings.levels,
    trace_rate: [String(settings.rate)],
    trace_count: [String(settings.count)],
    log_frequency: [String(settings.logFrequency)],
    trace_mode: [settings.mode],
  };
}

/**
 * What a request wants changed; a setting without values is to go back to what it was. Throws INVALID_ARGUMENT for a
 * setting that does not exist or cannot have that value, and UNIMPLEMENTED for another file.
 */
export function readTraceChange(values: ReadonlyMap<string, readonly string[]>): TraceChange {
  return Object.assign({}, ...[...values].map(([name, texts]) => readOne(name, texts)));
}

function readOne(name: string, texts: readonly string[]): TraceChange {
  switch (name) {
    case 'trace_file':
      if (texts.length > 0) throw fixedFile('trace');
      return {};
    case 'trace_level':
      return { levels: levelsOf(name, texts) };
    case 'trace_rate':
      return { rate: integerOf(name, texts, 0, MAX_UINT32) };
    case 'trace_count':
      return { count: integerOf(name, texts, -1, MAX_INT32) };
    case 'log_frequency':
      return { logFrequency: integerOf(name, texts, 0, MAX_UINT32) };
    case 'trace_mode':
      return modeOf(name, texts);
    default:
      throw unknownSetting(name, 'tracing', TRACE_SETTINGS);
  }
}

function levelsOf(name: string, texts: readonly string[]): NonNullable<TraceChange['levels']> | null {
  if (texts.length === 0) return null;
  const levels = traceLevelsOf(texts);
  if (levels === null) throw wrongValue(name, 'OFF, or TIMESTAMPS, TENSORS or both', foundIn(texts));
  return levels;
}

function integerOf(name: string, texts: readonly string[], min: number, max: number): number | null {
  const [text, more] = texts;
  if (text === undefined) return null;
  const value = more === undefined && /^-?\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw wrongValue(name, `an integer from ${min} to ${max}`, foundIn(texts));
}

function modeOf(name: string, texts: readonly string[]): TraceChange {
  if (texts.length === 0) return {};
  const mode = TRACE_MODES.find((each) => texts.length === 1 && each === texts[0]);
  if (mode === undefined) throw wrongValue(name, TRACE_MODES.join(' or '), foundIn(texts));
  return { mode };
}

/** One text as it is, several as a list. */
function foundIn(texts: readonly string[]): unknown {
  return texts.length === 1 ? texts[0] : texts;
}
