/** npm run bench: every line, or those whose name contains the word that is given. Results go to the terminal. */
import { cpus } from 'node:os';
import { binaryImage } from './binary-image.js';
import { bytes } from './bytes.js';
import { grpcEcho } from './grpc-echo.js';
import { jsonMnist } from './json-mnist.js';
import { memory } from './memory.js';
import { responsiveness } from './responsiveness.js';

const LINES: Readonly<Record<string, () => Promise<string>>> = {
  'json-mnist': jsonMnist,
  'binary-image': binaryImage,
  'grpc-echo': grpcEcho,
  bytes,
  memory,
  responsiveness,
};

const words = process.argv.slice(2);
const chosen = Object.entries(LINES).filter(([name]) => words.every((word) => name.includes(word)));
if (chosen.length === 0) {
  console.error(`No line matches ${words.join(' ')}. There are: ${Object.keys(LINES).join(', ')}.`);
  process.exit(1);
}
const processors = cpus();
console.log(
  `Node ${process.version}, ${processors.length} x ${processors[0]?.model ?? 'unknown processor'}.`,
);
console.log('Everything in one table was measured in one run, in turns. Read it as ratios.\n');
for (const [name, measure] of chosen) {
  console.error(`${name} ...`);
  console.log(`## ${name}\n\n${await measure()}\n`);
}
process.exit(0);
