/**
 * npm run soak -- --minutes 60: a small mixed load for long. Further words: `--result FILE`, `--write` for docs/reliability.md,
 * `--from FILE` to tell of a run of before.
 */
import { commandOf, resultOf } from './command.js';
import { growthPlot, soakSection } from './page.js';
import { runSoak } from './soak.js';
import { writePart } from './write-page.js';

const command = commandOf(process.argv.slice(2), 'soak', 60);
const result = await resultOf(command, () => runSoak(command.minutes, (line) => console.error(line)));
const section = soakSection(result);
console.log(section);
if (command.isWritten) writePart('soak', section, growthPlot('A long small load', result.samples));
process.exit(result.counts.lost === 0 ? 0 : 1);
