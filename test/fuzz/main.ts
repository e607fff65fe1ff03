/** `npm run fuzz -- [--minutes 60 | --runs n] [--seed n] [--workers n] [--report] [target …]` */
import { readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../support/places.js';
import { runPool } from './pool.js';
import { TARGETS } from './targets/index.js';
import { grouped, Totals, tableOf } from './totals.js';

const USUAL_MINUTES = 60;
const PAGE = join(repositoryRoot, 'docs/fuzzing.md');
const BEGIN = '<!-- begin fuzzing -->';
const END = '<!-- end fuzzing -->';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    minutes: { type: 'string' },
    runs: { type: 'string' },
    seed: { type: 'string' },
    workers: { type: 'string' },
    report: { type: 'boolean', default: false },
  },
});

const targets = positionals.length === 0 ? TARGETS : TARGETS.filter(({ name }) => positionals.includes(name));
const strangers = positionals.filter((name) => !TARGETS.some((target) => target.name === name));
if (strangers.length > 0) {
  console.error(
    `There is no target ${strangers.join(', ')}. There are: ${TARGETS.map(({ name }) => name).join(', ')}`,
  );
  process.exit(2);
}
const seed = numberOf('seed') ?? Math.floor(Math.random() * 2 ** 31);
const runs = numberOf('runs');
// A certain number of inputs is for coming to one of them again: that takes one process.
const workers = numberOf('workers') ?? (runs === null ? availableParallelism() : 1);
const minutes = numberOf('minutes') ?? (runs === null ? USUAL_MINUTES : null);

console.log(`seed ${seed}, ${workers} processes, ${targets.length} targets`);
const totals = new Totals();
const began = performance.now();
let toldAt = began;
await runPool({
  targets,
  seed,
  workers,
  runs,
  minutes,
  onResult: (result) => {
    totals.add(result);
    if (result.finding !== null) console.log(`\nFOUND ${result.finding}\n`);
    if (performance.now() - toldAt < 30_000) return;
    toldAt = performance.now();
    console.log(`${grouped(totals.inputs)} inputs after ${Math.round((toldAt - began) / 1000)} s`);
  },
});
console.log(tableOf(totals));
console.log(`TOTAL ${totals.inputs} inputs, ${totals.findings.length} findings`);
if (values.report) writeReport();
process.exitCode = totals.findings.length > 0 ? 1 : 0;

function numberOf(name: 'minutes' | 'runs' | 'seed' | 'workers'): number | null {
  const text = values[name];
  if (text === undefined) return null;
  const value = Number(text);
  if (text !== '' && Number.isFinite(value) && value >= 0) return value;
  console.error(`--${name} must be a number, but is '${text}'`);
  process.exit(2);
}

/** Writes the table into docs/fuzzing.md, between its marks. */
function writeReport(): void {
  const date = new Date().toISOString().slice(0, 10);
  const { version } = JSON.parse(readFileSync(join(repositoryRoot, 'package.json'), 'utf8'));
  const about = `${date}, furiosa-server ${version}, Node ${process.version.slice(1)}, seed ${seed}, ${workers} processes, ${Math.round((performance.now() - began) / 60_000)} minutes:`;
  const [head, rest = ''] = readFileSync(PAGE, 'utf8').split(BEGIN);
  const [, tail = ''] = rest.split(END);
  writeFileSync(PAGE, `${head}${BEGIN}\n${about}\n\n${tableOf(totals)}\n${END}${tail}`);
}
