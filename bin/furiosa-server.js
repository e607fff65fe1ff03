#!/usr/bin/env node
// `furiosa-server …` is short for `furiosa server …`.
process.argv.splice(2, 0, 'server');
await import('./furiosa.js');
