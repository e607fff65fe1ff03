// npm run fuzz: set up, then fuzz the decoders. `npm run fuzz -- --minutes 5 json-text` fuzzes one of them for five minutes.
import { setUp } from './setup.mjs';

setUp();
await import('../dist/test/fuzz/main.js');
