import type { LogLevel, LogRecord } from '#core/log.js';
import { printable } from '#core/printable.js';

const COLOR: Readonly<Record<LogLevel, number>> = { ERROR: 31, WARN: 33, INFO: 32, DEBUG: 34, TRACE: 35 };
const DIM = 2;

/**
 * One log record as people read it: `2026-11-23T07:42:42.263Z  INFO device::placement: Model#0001 is …`. It is one line whatever
 * is in it: nobody can write lines of their own through a model's name.
 */
export function prettyLine(time: string, record: LogRecord, color: boolean): string {
  const paint = (code: number, text: string): string => (color ? `\u001b[${code}m${text}\u001b[0m` : text);
  const level = paint(COLOR[record.level], record.level.padStart(5));
  return `${paint(DIM, time)} ${level} ${paint(DIM, `${record.target}:`)} ${printable(record.message)}\n`;
}
