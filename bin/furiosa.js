#!/usr/bin/env -S node --v8-pool-size=1 --single-threaded-gc --max-semi-space-size=4
// V8's helper threads would take CPU time from the engines, and the thread that serves waits for them. What a request leaves
// behind is collected sooner in a young generation that stays in the CPU's cache. Node takes these options only when it
// starts; `npm start` gives the same ones.
const entry = new URL('../dist/src/cli/main.js', import.meta.url);

try {
  const { main } = await import(entry);
  await main(process.argv.slice(2));
} catch (error) {
  if (error.code !== 'ERR_MODULE_NOT_FOUND' || error.url !== entry.href) throw error;
  console.error('This clone is not built yet: run "npm run build" first, or "npm start".');
  process.exitCode = 1;
}
