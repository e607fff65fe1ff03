#!/usr/bin/env -S node --v8-pool-size=1 --single-threaded-gc --max-semi-space-size=4
// `furiosa-server …` is short for `furiosa server …`.
process.argv.splice(2, 0, 'server');
await import('./furiosa.js');
