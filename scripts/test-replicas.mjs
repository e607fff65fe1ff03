// npm run test:replicas: set up, then restart, kill, freeze and slow down replicas behind nginx and HAProxy under load.
import { setUp } from './setup.mjs';

setUp();
await import('../dist/test/replicas/main.js');
