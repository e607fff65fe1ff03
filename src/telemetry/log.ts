import { type Logger as PinoLogger, pino } from 'pino';
import { type LogRecord, logChannel } from '#core/log.js';
import { isWritten, type LogControl } from '#core/log-settings.js';
import type { LogOptions } from './options.js';
import { prettyLine } from './pretty-line.js';

/** Where log lines go. */
export interface LogSink {
  readonly isTTY?: boolean | undefined;
  write(line: string): unknown;
}

/** Writes what the rooms publish and `control` lets through, from now until the returned function is called. */
export function startLog(options: LogOptions, control: LogControl, sink: LogSink): () => void {
  const isTerminal = sink.isTTY === true;
  const pretty = options.format === 'pretty' || (options.format === 'auto' && isTerminal);
  const write = pretty ? prettyWriter(sink, isTerminal && wantsColor(process.env)) : jsonWriter(sink);
  const listener = (message: unknown): void => {
    const record = message as LogRecord;
    if (isWritten(record.level, control.settings)) write(record);
  };
  logChannel.subscribe(listener);
  return () => {
    logChannel.unsubscribe(listener);
  };
}

/** Source of the rule: no-color.org; a terminal called `dumb` understands no escapes. */
function wantsColor(env: Readonly<Record<string, string | undefined>>): boolean {
  return (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

function prettyWriter(sink: LogSink, color: boolean): (record: LogRecord) => void {
  return (record) => void sink.write(prettyLine(new Date().toISOString(), record, color));
}

function jsonWriter(sink: LogSink): (record: LogRecord) => void {
  const logger: PinoLogger = pino(
    {
      level: 'trace',
      base: { pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      messageKey: 'message',
      formatters: { level: (label) => ({ level: label.toUpperCase() }) },
    },
    { write: (line: string) => void sink.write(line) },
  );
  const methods = { ERROR: 'error', WARN: 'warn', INFO: 'info', DEBUG: 'debug', TRACE: 'trace' } as const;
  return ({ level, target, message, fields }) => logger[methods[level]]({ target, ...fields }, message);
}
