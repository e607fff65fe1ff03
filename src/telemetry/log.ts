import { type Logger as PinoLogger, pino } from 'pino';
import { type LogRecord, logChannel } from '#core/log.js';
import { isWritten, type LogControl } from '#core/log-settings.js';
import type { RequestRecord } from '#core/request-record.js';
import { accessLevel, accessLineOf } from './access-line.js';
import { startAccessLog } from './access-log.js';
import type { LogOptions } from './options.js';
import { prettyAccess } from './pretty-access.js';
import { prettyLine } from './pretty-line.js';

/** Where log lines go. */
export interface LogSink {
  readonly isTTY?: boolean | undefined;
  write(line: string): unknown;
}

/**
 * Writes what the rooms publish and `control` lets through, and a line for each of the requests that it asks for, from now until the
 * returned function is called.
 */
export function startLog(options: LogOptions, control: LogControl, sink: LogSink): () => void {
  const isTerminal = sink.isTTY === true;
  const pretty = options.format === 'pretty' || (options.format === 'auto' && isTerminal);
  const writer = pretty ? prettyWriter(sink, isTerminal && wantsColor(process.env)) : jsonWriter(sink);
  const listener = (message: unknown): void => {
    const record = message as LogRecord;
    if (isWritten(record.level, control.settings)) writer.write(record);
  };
  logChannel.subscribe(listener);
  const stopAccessLog = startAccessLog(control, (record) => writer.writeAccess(record));
  return () => {
    stopAccessLog();
    logChannel.unsubscribe(listener);
  };
}

/** Source of the rule: no-color.org; a terminal called `dumb` understands no escapes. */
function wantsColor(env: Readonly<Record<string, string | undefined>>): boolean {
  return (env['NO_COLOR'] ?? '') === '' && env['TERM'] !== 'dumb';
}

interface LogWriter {
  write(record: LogRecord): void;
  writeAccess(record: RequestRecord): void;
}

/** What speaks of requests. */
const ACCESS = 'access';

function prettyWriter(sink: LogSink, color: boolean): LogWriter {
  const write = (record: LogRecord): void =>
    void sink.write(prettyLine(new Date().toISOString(), record, color));
  return {
    write,
    writeAccess: (record) =>
      write({
        level: accessLevel(record),
        target: ACCESS,
        message: prettyAccess(accessLineOf(record)),
        fields: {},
      }),
  };
}

function jsonWriter(sink: LogSink): LogWriter {
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
  const write = ({ level, target, message, fields }: LogRecord): void =>
    logger[methods[level]]({ target, ...fields }, message);
  return {
    write,
    writeAccess(record) {
      const line = accessLineOf(record);
      const fields = Object.fromEntries(Object.entries(line).filter(([, value]) => value !== null));
      write({
        level: accessLevel(record),
        target: ACCESS,
        message: `${line.request} ${line.code ?? line.outcome}`,
        fields,
      });
    },
  };
}
