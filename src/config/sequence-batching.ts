import { clip } from '#core/clip.js';
import { SEQUENCE_CONTROLS, type SequenceControl, type SequenceOptions } from '#lifecycle/offer.js';
import type { DataType } from '#tensor/datatype.js';
import { type At, mapping, pair, wholeList } from './collections.js';
import { tritonDatatype } from './datatypes.js';
import type { Place } from './problem.js';
import type { Report } from './report.js';
import { boolean, choice, integer, number } from './scalars.js';
import { optional, required, type Schema, type ValuesOf } from './schema.js';
import { type PlacedState, sequenceState } from './sequence-state.js';
import { microseconds, nonEmpty, rowCount } from './values.js';

/** What `sequence_batching` says, its files perhaps relative. */
export interface SequenceBatching {
  readonly options: SequenceOptions;
  readonly place: Place;
  readonly preferredPlace: Place;
}

/** Triton's: a second. */
const MAX_IDLE_US = 1_000_000;

const LARGEST_FP32 = 3.4e38;
const CONTROL_PREFIX = 'CONTROL_SEQUENCE_';
/** What can hold the number, or the name, of a sequence. */
const CORRELATION_TYPES: readonly DataType[] = ['UINT64', 'INT64', 'UINT32', 'INT32', 'BYTES'];

const controlKeys = {
  kind: required(
    choice(SEQUENCE_CONTROLS.map((kind) => `${CONTROL_PREFIX}${kind}` as const)),
    'What the input says: that a sequence starts, that there is a request, that it ends, or which sequence it is.',
  ),
  int32_false_true: optional(
    pair(integer(-(2 ** 31), 2 ** 31 - 1)),
    'What an INT32 input has for no and for yes.',
  ),
  fp32_false_true: optional(pair(number(-LARGEST_FP32, LARGEST_FP32)), 'The same for FP32.'),
  bool_false_true: optional(pair(boolean), 'The same for BOOL.'),
  data_type: optional(tritonDatatype, 'The datatype of an input for CONTROL_SEQUENCE_CORRID.'),
};

type Control = Omit<SequenceControl, 'name'>;

const control: Schema<Control> = mapping('a mapping with the key kind', controlKeys, readControl);

function readControl(
  values: ValuesOf<typeof controlKeys>,
  at: At<typeof controlKeys>,
  report: Report,
): Control | undefined {
  const { data_type, int32_false_true: int32, fp32_false_true: fp32, bool_false_true: bool } = values;
  const kind = SEQUENCE_CONTROLS.find((name) => values.kind === `${CONTROL_PREFIX}${name}`);
  if (kind === undefined) return undefined;
  const pairs: [DataType, readonly [number, number]][] = [];
  if (int32 !== null) pairs.push(['INT32', int32]);
  if (fp32 !== null) pairs.push(['FP32', fp32]);
  if (bool !== null) pairs.push(['BOOL', [Number(bool[0]), Number(bool[1])]]);
  const [only, ...others] = pairs;
  if (kind === 'CORRID') {
    if (only === undefined && data_type !== null && CORRELATION_TYPES.includes(data_type)) {
      return { kind, datatype: data_type, falseTrue: null };
    }
    const types = CORRELATION_TYPES.join(', ');
    report.problem(at(), `${values.kind} needs a data_type, one of ${types}, and no values for no and yes`);
    return undefined;
  }
  if (only === undefined || others.length > 0) {
    report.problem(
      at(),
      `${values.kind} needs one of int32_false_true, fp32_false_true and bool_false_true, found ${pairs.length}`,
    );
    return undefined;
  }
  const [datatype, falseTrue] = only;
  if (data_type !== null && data_type !== datatype) {
    report.problem(at('data_type'), `${data_type} contradicts the values, which are ${datatype}`);
    return undefined;
  }
  return { kind, datatype, falseTrue };
}

interface PlacedControl {
  readonly place: Place;
  readonly control: SequenceControl;
}

const controlInput: Schema<PlacedControl> = mapping(
  'a mapping with the keys name and control',
  {
    name: required(nonEmpty, "The model's input that the server fills in."),
    control: required(wholeList(control), 'What it says: a list of one.'),
  },
  ({ name, control: [only, ...others] }, at, report) => {
    if (only !== undefined && others.length === 0) return { place: at(), control: { name, ...only } };
    report.problem(at('control'), `expected one control for an input, found ${only ? others.length + 1 : 0}`);
    return undefined;
  },
);

const direct = mapping(
  'a mapping of options for the direct strategy',
  {
    max_queue_delay_microseconds: optional(
      microseconds,
      'How long a request may wait for those of other sequences.',
      '0',
    ),
    minimum_slot_utilization: optional(
      number(0, 1),
      'The share of slots with a request from which on there is no waiting.',
      '0',
    ),
  },
  (values) => ({
    kind: 'direct' as const,
    maxDelayMs: (values.max_queue_delay_microseconds ?? 0) / 1000,
    minSlotUtilization: values.minimum_slot_utilization ?? 0,
  }),
);

const oldest = mapping(
  'a mapping with the key max_candidate_sequences',
  {
    max_candidate_sequences: required(rowCount, 'So many sequences are served at a time, the oldest first.'),
    preferred_batch_size: optional(
      wholeList(rowCount),
      'Sizes, in rows, at which a batch is run at once.',
      '[]',
    ),
    max_queue_delay_microseconds: optional(
      microseconds,
      'How long a request may wait for those of other sequences.',
      '0',
    ),
    preserve_ordering: optional(boolean, 'Answers leave in the order in which the requests came.', 'false'),
  },
  (values, at) => ({
    strategy: {
      kind: 'oldest' as const,
      maxCandidates: values.max_candidate_sequences,
      preferredRows: [...new Set(values.preferred_batch_size ?? [])].sort((a, b) => a - b),
      maxDelayMs: (values.max_queue_delay_microseconds ?? 0) / 1000,
      preserveOrdering: values.preserve_ordering ?? false,
    },
    preferredPlace: at('preferred_batch_size'),
  }),
);

const keys = {
  max_sequence_idle_microseconds: optional(
    microseconds,
    'A sequence that sends nothing for so long is over.',
    String(MAX_IDLE_US),
  ),
  control_input: optional(
    wholeList(controlInput, 100),
    'Inputs by which the model hears of sequences.',
    '[]',
  ),
  direct: optional(
    direct,
    'Every sequence has a slot of its own for as long as it lasts.',
    'this, unless `oldest` is said',
  ),
  oldest: optional(oldest, 'Requests of several sequences share batches, one of each.'),
  state: optional(
    wholeList(sequenceState, 1000),
    'Tensors that one request of a sequence leaves to the next.',
    '[]',
  ),
};

/** Triton's ModelSequenceBatching. */
export const sequenceBatching: Schema<SequenceBatching> = mapping(
  'a mapping of options for sequences',
  keys,
  build,
);

function build(values: ValuesOf<typeof keys>, at: At<typeof keys>, report: Report): SequenceBatching {
  const controls = values.control_input ?? [];
  const states = values.state ?? [];
  if (values.direct !== null && values.oldest !== null) {
    report.problem(at('oldest'), 'direct and oldest are two strategies; expected one of them');
  }
  checkControls(controls, report);
  checkStates(states, new Set(controls.map(({ control }) => control.name)), report);
  return {
    options: {
      maxIdleMs: (values.max_sequence_idle_microseconds || MAX_IDLE_US) / 1000,
      strategy: values.oldest?.strategy ??
        values.direct ?? { kind: 'direct', maxDelayMs: 0, minSlotUtilization: 0 },
      controls: controls.map(({ control }) => control),
      states: states.map(({ state }) => state),
    },
    place: at(),
    preferredPlace: values.oldest?.preferredPlace ?? at(),
  };
}

function checkControls(controls: readonly PlacedControl[], report: Report): void {
  controls.forEach(({ place, control: { name, kind } }, i) => {
    const earlier = controls.slice(0, i).map(({ control }) => control);
    if (earlier.some((other) => other.name === name)) {
      report.problem(place, `the input ${JSON.stringify(clip(name))} has a control already`);
    }
    if (earlier.some((other) => other.kind === kind)) {
      report.problem(
        place,
        `${CONTROL_PREFIX}${kind} has an input already; expected one input for each kind`,
      );
    }
  });
}

function checkStates(states: readonly PlacedState[], controls: ReadonlySet<string>, report: Report): void {
  states.forEach(({ inputPlace, outputPlace, state: { inputName, outputName } }, i) => {
    const earlier = states.slice(0, i).map(({ state }) => state);
    if (controls.has(inputName)) {
      report.problem(
        inputPlace,
        `the input ${JSON.stringify(clip(inputName))} has a control, and cannot be a state too`,
      );
    }
    if (earlier.some((other) => other.inputName === inputName)) {
      report.problem(inputPlace, `the input ${JSON.stringify(clip(inputName))} has a state already`);
    }
    if (earlier.some((other) => other.outputName === outputName)) {
      report.problem(outputPlace, `the output ${JSON.stringify(clip(outputName))} leaves a state already`);
    }
  });
}

/** The same with absolute files. */
export function locatedSequence(options: SequenceOptions, locate: (path: string) => string): SequenceOptions {
  return {
    ...options,
    states: options.states.map((state) => {
      const { initial } = state;
      if (initial === null || initial.file === null) return state;
      return { ...state, initial: { dims: initial.dims, file: locate(initial.file) } };
    }),
  };
}
