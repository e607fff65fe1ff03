#!/usr/bin/env node
import { main } from '../dist/src/cli/main.js';

await main(['server', ...process.argv.slice(2)]);
