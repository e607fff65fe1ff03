import { Problem } from './problem.js';

/** Where a request stands in a sequence, as somebody says it. */
export interface Sequence {
  readonly id: string;
  readonly isStart: boolean;
  readonly isEnd: boolean;
}

/** A parameter of a request: its value stands as JSON, because 64 bits are more than a number of JavaScript holds. */
export type ParameterText = readonly [name: string, json: string];

const MOST_ID = 2n ** 64n - 1n;
const ID_BYTES_AT_MOST = 128;

/** A sequence that nobody else is likely to have. */
export function newSequence(random: () => number): Sequence {
  return { id: String(1 + Math.floor(random() * 999_999)), isStart: true, isEnd: false };
}

/** What follows a request that was answered: the next of the same sequence, and after the last one its first again. */
export function afterAnswer({ id, isEnd }: Sequence): Sequence {
  return { id, isStart: isEnd, isEnd: false };
}

/** The id as JSON: an integer of 64 bits where it is one, else a text. Throws Problem for what is no id. */
export function sequenceIdJson(id: string): string {
  const text = id.trim();
  if (/^[1-9]\d*$/.test(text) && BigInt(text) <= MOST_ID) return text;
  const bytes = new TextEncoder().encode(text).length;
  if (/^\d*$/.test(text) || bytes > ID_BYTES_AT_MOST) throw new Problem('problemSequenceId');
  return JSON.stringify(text);
}

/** The protocol's parameters. What is not so is left out. Throws Problem for what is no id. */
export function sequenceParameters({ id, isStart, isEnd }: Sequence): readonly ParameterText[] {
  return [
    ['sequence_id', sequenceIdJson(id)],
    ...(isStart ? [['sequence_start', 'true'] as const] : []),
    ...(isEnd ? [['sequence_end', 'true'] as const] : []),
  ];
}

/** Parameters as a JSON object. */
export function parametersJson(parameters: readonly ParameterText[]): string {
  return `{${parameters.map(([name, json]) => `"${name}":${json}`).join(',')}}`;
}

/** What is wrong with it; null where nothing is. */
export function sequenceProblem({ id }: Sequence): Problem | null {
  try {
    sequenceIdJson(id);
    return null;
  } catch (thrown) {
    if (thrown instanceof Problem) return thrown;
    throw thrown;
  }
}
