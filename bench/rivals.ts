/** Our server beside those that people use today. In full it writes docs/benchmarks/rivals.md. */
import { MNIST } from './goals/tiny.js';
import { resnet50 } from './nets/shaped.js';
import { placesOf } from './pinning.js';
import { type Match, match } from './rivals/match.js';
import { PLOT, page, plot } from './rivals/page.js';
import { FULL_PLAN, QUICK_PLAN } from './rivals/plan.js';
import { watchSetting, writePages } from './setting.js';

const FLAGS = ['--rivals', '--quick', '--tiny', '--mid'];

/**
 * @param flags `--quick` for a short run, `--tiny` or `--mid` for one of the models: all of these only print
 */
export async function rivals(flags: readonly string[]): Promise<string> {
  const unknown = flags.find((flag) => !FLAGS.includes(flag));
  if (unknown !== undefined) throw new Error(`rivals does not know ${unknown}; it knows ${FLAGS.join(', ')}`);
  const isQuick = flags.includes('--quick');
  const isOne = flags.includes('--tiny') || flags.includes('--mid');
  const told = watchSetting(['npm run bench --', ...flags].join(' '));
  const plan = isQuick ? QUICK_PLAN : FULL_PLAN;
  const matches: Match[] = [];
  if (!isOne || flags.includes('--tiny')) matches.push(await match(MNIST, plan));
  if (!isOne || flags.includes('--mid')) matches.push(await match(resnet50('batch'), plan));
  const isWhole = !isQuick && !isOne;
  const text = page(matches, told([`- ${placesOf('all').words}`]), isWhole);
  if (isWhole) writePages({ [PLOT]: plot(matches), 'rivals.md': `${text}\n` });
  return text;
}
