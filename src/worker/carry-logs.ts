import { type LogRecord, logChannel } from '#core/log.js';
import type { WorkerLine } from './engine-loop.js';

/** Diagnostics channels are one for each thread: what is said behind a wall must be carried over it. */
export function carryLogs(line: WorkerLine): void {
  logChannel.subscribe((record) => line.send({ kind: 'log', record: record as LogRecord }));
}
