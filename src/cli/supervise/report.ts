import type { LogLevel } from '#core/log.js';
import { prettyLine } from '#telemetry/pretty-line.js';

/** How a supervisor's own lines are written; the same as those of its server. */
export type ReportFormat = 'json' | 'pretty';

/** A line of the log, without the machinery of the server's. */
export function reportLine(level: LogLevel, message: string, format: ReportFormat, now: Date): string {
  const time = now.toISOString();
  const target = 'cli::supervisor';
  if (format === 'pretty') return prettyLine(time, { level, target, message, fields: {} }, false);
  return `${JSON.stringify({ level, time, pid: process.pid, target, message })}\n`;
}
