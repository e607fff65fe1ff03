import type { TestContext } from 'node:test';
import { type LogRecord, logChannel } from '#core/log.js';

/** The log lines that are published from now until the test ends, as `LEVEL message`. */
export function hearLog(t: TestContext): readonly string[] {
  const heard: string[] = [];
  const listen = (message: unknown): void => {
    const { level, message: text } = message as LogRecord;
    heard.push(`${level} ${text}`);
  };
  logChannel.subscribe(listen);
  t.after(() => {
    logChannel.unsubscribe(listen);
  });
  return heard;
}
