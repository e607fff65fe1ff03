/** What clients of one network may cost beyond what they are answered. */
export interface MisuseTerms {
  /** So much at once. */
  readonly most: number;
  /** So much is forgiven every second. */
  readonly perSecond: number;
}

/** What the connections of one network have cost, as of a time. */
export interface MisuseAccount {
  readonly debt: number;
  /** The clock's time in milliseconds. */
  readonly atMs: number;
  /** How often in a row it was too much. */
  readonly offences: number;
  /** Until then new connections are refused. */
  readonly refusedUntilMs: number;
}

/** The first time new connections are refused for so long, and twice as long each further time, up to a bound. */
export const FIRST_REFUSAL_MS = 1_000;
export const LONGEST_REFUSAL_MS = 60_000;
/** Whoever has been quiet for so long since it was last refused begins anew. */
export const FORGIVEN_AFTER_MS: number = 10 * 60_000;

export function newAccount(nowMs: number): MisuseAccount {
  return { debt: 0, atMs: nowMs, offences: 0, refusedUntilMs: Number.NEGATIVE_INFINITY };
}

/** Charges so much, or gives so much back where it is negative. */
export function charge(
  account: MisuseAccount,
  price: number,
  { most, perSecond }: MisuseTerms,
  nowMs: number,
): MisuseAccount {
  const forgiven = (Math.max(0, nowMs - account.atMs) * perSecond) / 1000;
  const debt = Math.max(0, Math.max(0, account.debt - forgiven) + price);
  const { refusedUntilMs } = account;
  const isOver = debt > most;
  // Connections from before may go on failing while new ones are refused: that is the same offence.
  if (!isOver || nowMs < refusedUntilMs) return { ...account, debt: Math.min(debt, most), atMs: nowMs };
  const before = nowMs - refusedUntilMs > FORGIVEN_AFTER_MS ? 0 : account.offences;
  return {
    debt: most,
    atMs: nowMs,
    offences: before + 1,
    refusedUntilMs: nowMs + Math.min(LONGEST_REFUSAL_MS, FIRST_REFUSAL_MS * 2 ** before),
  };
}
