/** npm run chaos -- --minutes 10: what is done to a server, and what comes of it. With `--write`, docs/reliability.md says so. */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runChaos } from './chaos.js';
import { minutesOf } from './minutes.js';

const words = process.argv.slice(2);
const at = words.indexOf('--result');
const path = (at < 0 ? undefined : words[at + 1]) ?? join(tmpdir(), 'furiosa-chaos.json');
const options = { minutes: minutesOf(words, 10), phaseMs: 30_000, everyMs: 5000 };
const result = await runChaos(options, (line) => console.error(line));
writeFileSync(path, JSON.stringify(result));
console.log(`${JSON.stringify({ ...result, samples: result.samples.length }, null, 2)}\n${path}`);
process.exit(result.counts.lost === 0 ? 0 : 1);
