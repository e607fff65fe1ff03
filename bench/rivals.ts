/** Our server beside those that people use today. In full it writes docs/benchmarks/rivals.md. */
import { MNIST } from './goals/tiny.js';
import { resnet50 } from './nets/shaped.js';
import { placesOf } from './pinning.js';
import { type Match, match } from './rivals/match.js';
import { PLOT, page, plot } from './rivals/page.js';
import { FULL_PLAN, QUICK_PLAN } from './rivals/plan.js';
import { SERVERS } from './rivals/servers.js';
import { watchSetting, writePages } from './setting.js';

const FLAGS = ['--rivals', '--quick', '--tiny', '--mid'];
const WITH = '--with=';

/**
 * @param flags `--quick` for a short run, `--tiny` or `--mid` for one of the models, `--with=triton` for one rival: all of
 *   these only print
 */
export async function rivals(flags: readonly string[]): Promise<string> {
  const withs = flags
    .filter((flag) => flag.startsWith(WITH))
    .map((flag) => flag.slice(WITH.length).toLowerCase());
  const [ours, ...others] = SERVERS;
  const wanted = others.filter(({ name }) => withs.length === 0 || withs.includes(name.toLowerCase()));
  const unknown =
    flags.find((flag) => !FLAGS.includes(flag) && !flag.startsWith(WITH)) ??
    withs.find((each) => !others.some(({ name }) => name.toLowerCase() === each));
  if (unknown !== undefined || ours === undefined) {
    const names = others.map(({ name }) => name.toLowerCase());
    throw new Error(
      `rivals does not know ${unknown}; it knows ${FLAGS.join(', ')} and ${WITH} with one of ${names.join(', ')}`,
    );
  }
  const servers = [ours, ...wanted];
  const isQuick = flags.includes('--quick');
  const isPart = flags.includes('--tiny') || flags.includes('--mid') || withs.length > 0;
  const told = watchSetting(['npm run bench --', ...flags].join(' '));
  const plan = isQuick ? QUICK_PLAN : FULL_PLAN;
  const matches: Match[] = [];
  if (!flags.includes('--mid') || flags.includes('--tiny')) matches.push(await match(MNIST, plan, servers));
  if (!flags.includes('--tiny') || flags.includes('--mid'))
    matches.push(await match(resnet50('batch'), plan, servers));
  const isWhole = !isQuick && !isPart;
  const text = page(matches, told([`- ${placesOf('all').words}`]), isWhole);
  if (isWhole) writePages({ [PLOT]: plot(matches), 'rivals.md': `${text}\n` });
  return text;
}
