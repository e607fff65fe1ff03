/** One line for each goal of performance. In full it writes docs/benchmarks/goals.md. */
import { codec } from './goals/codec.js';
import { connections } from './goals/connections.js';
import { type Found, FULL_PLAN, type GoalsPlan, QUICK_PLAN } from './goals/goal.js';
import { PLOT, page, plot } from './goals/page.js';
import { idle, ready, weights } from './goals/resting.js';
import { served } from './goals/served.js';
import { tinyCpu, tinyLatency } from './goals/tiny.js';
import { grpcJs, ingest } from './goals/transfer.js';
import { placesOf } from './pinning.js';
import { watchSetting, writePages } from './setting.js';

const PARTS: Readonly<Record<string, (plan: GoalsPlan) => Promise<Found>>> = {
  served,
  'tiny-cpu': tinyCpu,
  'tiny-latency': tinyLatency,
  ingest,
  codec,
  'grpc-js': grpcJs,
  idle,
  weights,
  ready,
  connections,
};

/**
 * @param flags `--quick` for a short run, `--part=served` (or another) for one part of it: both only print
 */
export async function goals(flags: readonly string[]): Promise<string> {
  const wanted = flags
    .filter((flag) => flag.startsWith('--part='))
    .map((flag) => flag.slice('--part='.length));
  const unknown =
    flags.find((flag) => flag !== '--quick' && !flag.startsWith('--part=')) ??
    wanted.find((name) => PARTS[name] === undefined);
  if (unknown !== undefined)
    throw new Error(
      `goals does not know ${unknown}; it knows --quick and --part= with one of ${Object.keys(PARTS).join(', ')}`,
    );
  const isQuick = flags.includes('--quick');
  const isWhole = !isQuick && wanted.length === 0;
  const told = watchSetting(['npm run bench -- goals', ...flags].join(' '));
  const parts = Object.entries(PARTS).filter(([name]) => wanted.length === 0 || wanted.includes(name));
  const found: Found[] = [];
  for (const [name, measure] of parts) {
    console.error(` ${name}`);
    found.push(await measure(isQuick ? QUICK_PLAN : FULL_PLAN));
  }
  const all = { rows: found.flatMap(({ rows }) => rows), figures: found.flatMap(({ figures }) => figures) };
  const { words } = placesOf('one');
  const setting = told([
    `- ${words}; where one is asked at a time and latency counts: ${placesOf('all').words}`,
  ]);
  const text = page(all, setting, isWhole);
  if (isWhole) writePages({ [PLOT]: plot(all.rows), 'goals.md': `${text}\n` });
  return text;
}
