/**
 * Keeps calls from something that does not answer: after a failure it is left alone for `openMs`, then one call may try
 * whether it is back while all others still go without it.
 *
 *   closed ──failed──► open ──openMs──► one call tries ──succeeded──► closed
 *                       ▲                     │
 *                       └──────failed─────────┘
 */
export class Circuit {
  readonly #openMs: number;
  /** When the next call may try; null while all may. */
  #triesAt: number | null = null;

  constructor(openMs: number) {
    this.#openMs = openMs;
  }

  get isOpen(): boolean {
    return this.#triesAt !== null;
  }

  /** Whether a call may be made now, in milliseconds of the caller's clock. The one that tries must tell how it went. */
  mayCall(now: number): boolean {
    if (this.#triesAt === null) return true;
    if (now < this.#triesAt) return false;
    this.#triesAt = now + this.#openMs;
    return true;
  }

  succeeded(): void {
    this.#triesAt = null;
  }

  failed(now: number): void {
    this.#triesAt = now + this.#openMs;
  }
}
