/**
 * npm run chaos -- --minutes 10: what is done to a server, and what comes of it. Further words: `--result FILE`, `--write` for
 * docs/reliability.md, `--from FILE` to tell of a run of before.
 */
import { runChaos } from './chaos.js';
import { commandOf, resultOf } from './command.js';
import { chaosSection, growthPlot } from './page.js';
import { writePart } from './write-page.js';

const command = commandOf(process.argv.slice(2), 'chaos', 10);
const options = { minutes: command.minutes, phaseMs: 30_000, everyMs: 5000 };
const result = await resultOf(command, () => runChaos(options, (line) => console.error(line)));
const section = chaosSection(result);
console.log(section);
if (command.isWritten) writePart('chaos', section, growthPlot('Ten minutes of chaos', result.samples));
process.exit(result.counts.lost === 0 ? 0 : 1);
