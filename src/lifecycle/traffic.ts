/** How requests that name no version are shared out. */
export interface Traffic {
  /** Weights by version or label, together the whole; null: the newest version has all. */
  readonly split: Readonly<Record<string, number>> | null;
  /** A version that gets copies, whose answers nobody sees; null for none. */
  readonly shadow: Shadow | null;
}

export interface Shadow {
  /** Or a label. */
  readonly version: string;
  /** Of 100 requests that name no version, so many are copied. */
  readonly percent: number;
}

export const PLAIN_TRAFFIC: Traffic = { split: null, shadow: null };
