#!/usr/bin/env -S node --v8-pool-size=1 --single-threaded-gc --max-semi-space-size=4
// The entry point of the container: understands what KServe says, and serves the model that it finds in /mnt/models.
import { main } from '../dist/src/cli/kserve/main.js';

await main(process.argv.slice(2));
