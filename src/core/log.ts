import { channel } from 'node:diagnostics_channel';

export const LOG_LEVELS = ['ERROR', 'WARN', 'INFO', 'DEBUG', 'TRACE'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One thing worth telling. Rooms publish it; telemetry writes it. */
export interface LogRecord {
  readonly level: LogLevel;
  /** The room and noun that speaks, for instance `lifecycle::manager`. */
  readonly target: string;
  readonly message: string;
  /** Facts for machines; never tensors, never secrets. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** Where log records travel. Costs one check where nobody listens. */
export const logChannel: ReturnType<typeof channel> = channel('furiosa-server.log');

export interface Logger {
  error(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  debug(message: string, fields?: Record<string, unknown>): void;
  trace(message: string, fields?: Record<string, unknown>): void;
}

/** A logger that speaks as `target`. */
export function loggerOf(target: string): Logger {
  const publish =
    (level: LogLevel) =>
    (message: string, fields: Record<string, unknown> = {}): void => {
      if (logChannel.hasSubscribers)
        logChannel.publish({ level, target, message, fields } satisfies LogRecord);
    };
  return {
    error: publish('ERROR'),
    warn: publish('WARN'),
    info: publish('INFO'),
    debug: publish('DEBUG'),
    trace: publish('TRACE'),
  };
}
