import { invalid } from '#core/errors.js';

const UNIT_MS: Readonly<Record<string, number>> = {
  H: 3_600_000,
  M: 60_000,
  S: 1000,
  m: 1,
  u: 1e-3,
  n: 1e-6,
};

/** Timers know no longer times; who waits three weeks may wait for ever. */
const LONGEST_MS = 2 ** 31 - 1;

/**
 * The milliseconds that a `grpc-timeout` header gives a call; null without one. Throws INVALID_ARGUMENT.
 * Source: gRPC over HTTP/2, "Timeout".
 */
export function timeoutOf(header: string | undefined): number | null {
  if (header === undefined) return null;
  const [, digits, unit = ''] = /^(\d{1,8})([HMSmun])$/.exec(header) ?? [];
  if (digits === undefined) {
    throw invalid('the header grpc-timeout must be up to eight digits and one of H, M, S, m, u or n');
  }
  const timeoutMs = Number(digits) * (UNIT_MS[unit] ?? 1);
  return timeoutMs > LONGEST_MS ? null : timeoutMs;
}
