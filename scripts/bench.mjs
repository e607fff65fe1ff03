// npm run bench: set up, then measure. `npm run bench -- name` runs the lines whose name contains the word.
import { setUp } from './setup.mjs';

setUp();
await import('../dist/bench/main.js');
