/**
 * npm run soak -- --minutes 60: a small mixed load for long. The result goes to the file after `--result`, else to the temporary folder;
 * with `--write` to docs/reliability.md as well.
 */
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { minutesOf } from './minutes.js';
import { runSoak } from './soak.js';

const words = process.argv.slice(2);
const at = words.indexOf('--result');
const path = (at < 0 ? undefined : words[at + 1]) ?? join(tmpdir(), 'furiosa-soak.json');
const result = await runSoak(minutesOf(words, 60), (line) => console.error(line));
writeFileSync(path, JSON.stringify(result));
console.log(`${JSON.stringify({ ...result, samples: result.samples.length })}\n${path}`);
process.exit(result.counts.lost === 0 ? 0 : 1);
