/** JSON of FP32 tensors: our reader and writer beside V8's. */
import { placesOf } from '../pinning.js';
import { type Participant, participant } from '../process.js';
import type { CodecOrder, CodecResult, Digits, Way } from './codec-loop.js';
import type { Found, GoalRow, GoalsPlan } from './goal.js';

const READ_GOAL = { least: 3 };
const WRITE_GOAL = { least: 4 };
const BYTES_GOAL = { most: 0.6 };

export async function codec({ blocks: { rounds }, codecMs }: GoalsPlan): Promise<Found> {
  const short = await besides(['read', 'parse'], 'short', rounds, codecMs);
  const long = await besides(['read', 'parse'], 'long', rounds, codecMs);
  const written = await besides(['write', 'stringify'], 'short', rounds, codecMs);
  const faster = (goal: string, found: Pairs, bound: GoalRow['bound']): GoalRow => ({
    goal,
    scenario: '',
    rounds: found.map(([ours, theirs]) => theirs.nanos / ours.nanos),
    bound,
  });
  return {
    rows: [
      faster(
        'JSON to FP32, numbers of 7 digits or so: JSON.parse + Float32Array.from / ours, time',
        short,
        READ_GOAL,
      ),
      faster('JSON to FP32, numbers of 17 digits or so: the same', long, READ_GOAL),
      faster('FP32 to JSON: JSON.stringify(Array.from()) / ours, time', written, WRITE_GOAL),
      {
        goal: 'FP32 to JSON: our bytes / those of JSON.stringify(Array.from())',
        scenario: '',
        rounds: written.map(([ours, theirs]) => ours.bytes / theirs.bytes),
        bound: BYTES_GOAL,
      },
    ],
    figures: [],
  };
}

type Pairs = readonly (readonly [ours: CodecResult, theirs: CodecResult])[];

/** Both ways in turns, in alternating order, after a first block that does not count. */
async function besides(
  [oursWay, theirsWay]: readonly [Way, Way],
  digits: Digits,
  rounds: number,
  durationMs: number,
): Promise<Pairs> {
  const { server } = placesOf('one');
  const ours = await participant<string>('./goals/codec-loop.js', [oursWay, digits], server);
  const theirs = await participant<string>('./goals/codec-loop.js', [theirsWay, digits], server);
  const measure = (loop: Participant): Promise<CodecResult> => loop.ask({ durationMs } satisfies CodecOrder);
  await measure(ours);
  await measure(theirs);
  const pairs: [CodecResult, CodecResult][] = [];
  for (let round = 0; round < rounds; round++) {
    if (round % 2 === 0) {
      const first = await measure(ours);
      pairs.push([first, await measure(theirs)]);
    } else {
      const first = await measure(theirs);
      pairs.push([await measure(ours), first]);
    }
  }
  await Promise.all([ours.stop(), theirs.stop()]);
  return pairs;
}
