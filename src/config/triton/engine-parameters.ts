import { dictionary, mapping, type Placed, placed } from '#config/collections.js';
import { NO_ENGINE_SETTINGS } from '#config/engine-keys.js';
import { scalarSpot } from '#config/node.js';
import type { Place } from '#config/problem.js';
import type { Report } from '#config/report.js';
import { integer, text } from '#config/scalars.js';
import { optional, type Schema } from '#config/schema.js';
import type { EngineSettings, OnnxRuntimeOptions } from '#device/engine-settings.js';
import { isIsolationParameter } from './isolation-parameters.js';
import { UPDATE_POLICY } from './update-parameter.js';

/** What `parameters` says, by key; each with the place of its value. */
export type Parameters = Readonly<Record<string, Placed<string>>>;

export const parameters: Schema<Parameters> = dictionary(
  placed(
    mapping(
      'a message with the field string_value',
      { string_value: optional(text(), 'Its value.', '""') },
      ({ string_value }) => string_value ?? '',
    ),
  ),
);

type Reader = (written: Placed<string>, report: Report) => Partial<OnnxRuntimeOptions> & { threads?: number };

const switchOf = (key: 'enable_cpu_mem_arena' | 'enable_mem_pattern'): Reader =>
  reader(integer(0, 1), (value) => ({ [key]: value === 1 }));

/**
 * Those of Triton's ONNX Runtime backend that our engine has an option for (its README, "Model Config Options"). 0 threads
 * leave the number to the server.
 */
const READERS: Readonly<Record<string, Reader>> = {
  intra_op_thread_count: reader(integer(0, 1024), (threads) => (threads === 0 ? {} : { threads })),
  inter_op_thread_count: reader(integer(0, 1024), (count) => ({ inter_op_num_threads: count })),
  execution_mode: reader(integer(0, 1), (mode) => ({
    execution_mode: mode === 1 ? 'parallel' : 'sequential',
  })),
  enable_mem_arena: switchOf('enable_cpu_mem_arena'),
  enable_mem_pattern: switchOf('enable_mem_pattern'),
};

export const ENGINE_PARAMETERS: readonly string[] = Object.keys(READERS);

function reader<T>(
  schema: Schema<T>,
  build: (value: T) => Partial<OnnxRuntimeOptions> & { threads?: number },
): Reader {
  return ({ value, place }, report) => {
    const read = schema.read(scalarSpot(value, place), report);
    return read === undefined ? {} : build(read);
  };
}

/** Triton's levels; 0, and none, leaves all optimizations on. */
const LEVELS: Readonly<Record<number, OnnxRuntimeOptions['graph_optimization_level']>> = {
  '-1': 'basic',
  1: 'extended',
  2: 'disabled',
};

/** `optimization.graph`, and where it stands. */
export interface GraphLevel {
  readonly level: number;
  readonly place: Place;
}

export const graphLevel: Schema<GraphLevel> = mapping(
  'a message with the field level',
  { level: optional(integer(-(2 ** 31), 2 ** 31 - 1), 'How far the graph is rewritten: -1, 1 or 2.') },
  ({ level }, at) => ({ level: level ?? 0, place: at('level') }),
);

/** The engine's settings. Parameters that none of them stands for are warned of. */
export function engineSettings(given: Parameters, graph: GraphLevel | null, report: Report): EngineSettings {
  let { threads, onnxruntime } = NO_ENGINE_SETTINGS;
  const session: Record<string, string> = {};
  for (const [key, written] of Object.entries(given)) {
    const read = Object.hasOwn(READERS, key) ? READERS[key] : undefined;
    if (read !== undefined) {
      const { threads: said, ...options } = read(written, report);
      threads = said ?? threads;
      onnxruntime = { ...onnxruntime, ...options };
    } else if (key.startsWith('session.')) session[key] = written.value;
    else if (key !== DESCRIPTION && key !== UPDATE_POLICY && !isIsolationParameter(key))
      report.warning(written.place, 'no such parameter is known; it is ignored');
  }
  if (Object.keys(session).length > 0) onnxruntime = { ...onnxruntime, session_config: session };
  return { threads, onnxruntime: { ...onnxruntime, ...levelOf(graph, report) } };
}

/** Ours, as `GET …/config` tells it. */
export const DESCRIPTION = 'description';

function levelOf(graph: GraphLevel | null, report: Report): Partial<OnnxRuntimeOptions> {
  if (graph === null || graph.level === 0) return {};
  const level = LEVELS[graph.level];
  if (level !== undefined) return { graph_optimization_level: level };
  report.warning(
    graph.place,
    `${graph.level} is no level of optimization; expected -1, 1 or 2; it is ignored`,
  );
  return {};
}
