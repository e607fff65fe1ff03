/**
 * npm run bench: every line, or those whose name contains the words that are given. Results go to the terminal; words that
 * begin with `--` go to the lines.
 */
import { cpus } from 'node:os';
import { batching } from './batching.js';
import { binaryImage } from './binary-image.js';
import { bytes } from './bytes.js';
import { floods } from './floods.js';
import { goals } from './goals.js';
import { grpcEcho } from './grpc-echo.js';
import { isolation } from './isolation.js';
import { jsonMnist } from './json-mnist.js';
import { memory } from './memory.js';
import { models } from './models.js';
import { observability } from './observability.js';
import { plan } from './plan.js';
import { reload } from './reload.js';
import { replicas } from './replicas.js';
import { responsiveness } from './responsiveness.js';
import { rivals } from './rivals.js';

const LINES: Readonly<Record<string, (flags: readonly string[]) => Promise<string>>> = {
  'json-mnist': jsonMnist,
  'binary-image': binaryImage,
  'grpc-echo': grpcEcho,
  bytes,
  floods,
  isolation,
  memory,
  models,
  observability,
  plan,
  reload,
  replicas,
  responsiveness,
  batching,
  goals,
};

/** They have to be installed first, `bench/rivals/setup`, so they are measured only when they are named. */
const OTHERS: typeof LINES = { rivals };

const isFlag = (word: string): boolean => word.startsWith('--');
const flags = process.argv.slice(2).filter(isFlag);
const words = process.argv.slice(2).filter((word) => !isFlag(word));
const isOthers = flags.includes('--rivals') || words.includes('rivals');
const chosen = isOthers
  ? Object.entries(OTHERS)
  : Object.entries(LINES).filter(([name]) => words.every((word) => name.includes(word)));
if (chosen.length === 0) {
  console.error(
    `No line matches ${words.join(' ')}. There are: ${Object.keys({ ...LINES, ...OTHERS }).join(', ')}.`,
  );
  process.exit(1);
}
const processors = cpus();
console.log(
  `Node ${process.version}, ${processors.length} x ${processors[0]?.model ?? 'unknown processor'}.`,
);
console.log('Everything in one table was measured in one run, in turns. Read it as ratios.\n');
for (const [name, measure] of chosen) {
  console.error(`${name} ...`);
  console.log(`## ${name}\n\n${await measure(flags)}\n`);
}
process.exit(0);
