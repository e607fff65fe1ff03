// npm run test:rolling: set up, then restart two replicas behind nginx twenty times under load and count what fails.
// `npm run test:rolling -- 5` restarts them five times.
import { setUp } from './setup.mjs';

setUp();
await import('../dist/test/rolling/main.js');
