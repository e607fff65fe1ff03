// npm run test:clients: set up, then let foreign clients talk to the real server, and write docs/conformance.md.
// `npm run test:clients -- word` runs the cases of the clients whose name contains the word, and writes nothing.
import { setUp } from './setup.mjs';

setUp();
await import('../dist/test/clients/main.js');
