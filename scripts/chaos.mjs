// npm run chaos, npm run soak: set up, then chaos/main.ts or chaos/soak-main.ts with the words that are given.
import { setUp } from './setup.mjs';

const [, , name, ...words] = process.argv;
setUp();
process.argv.splice(2, process.argv.length, ...words);
await import(name === 'soak' ? '../dist/chaos/soak-main.js' : '../dist/chaos/main.js');
