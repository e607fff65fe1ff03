/** An engine process's whole life: an engine loop behind a pipe. Its argument is its name in lists of processes. */
import { writeFileSync } from 'node:fs';
import process from 'node:process';
import { Worker } from 'node:worker_threads';
import { loggerOf } from '#core/log.js';
import { carryLogs } from './carry-logs.js';
import { EngineLoop } from './engine-loop.js';
import { OUT_OF_MEMORY_STATUS } from './out-of-memory.js';
import { Pipe, PipeLine } from './pipe.js';

const log = loggerOf('worker::process');

/** The kernel's own words for whom it kills first when memory runs out; 1000 is the most. */
const OOM_SCORE = '500';

async function live(): Promise<void> {
  const [, , title] = process.argv;
  if (title !== undefined) process.title = title;
  giveWayInMemory();
  // The server is asked to end, and then asks its processes when the last request has been answered.
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => {});
  const lifeline = new Worker(new URL(import.meta.resolve('#worker/lifeline.js')), { execArgv: [] });
  lifeline.unref();
  const pipe = new Pipe();
  const residentBytes = (): number => process.memoryUsage.rss();
  // A process that gets no memory fails every request from then on. A new one may get some, and runs this one again.
  const end = (): never => process.exit(OUT_OF_MEMORY_STATUS);
  const line = new PipeLine(pipe, residentBytes, () => process.exit(0));
  carryLogs(line);
  const loop = new EngineLoop(line, end);
  process.on('uncaughtException', (error) => {
    log.error(`an engine process ends of an error that nobody caught: ${error.stack ?? error.message}`);
    process.exit(1);
  });
  for (let message = pipe.receive(); message !== null; message = pipe.receive()) await loop.handle(message);
  process.exit(0);
}

/** Where memory runs out, a model is to be killed before the server. */
function giveWayInMemory(): void {
  try {
    writeFileSync('/proc/self/oom_score_adj', OOM_SCORE);
  } catch {
    // Not Linux, or not allowed: the kernel then chooses as it likes.
  }
}

await live();
