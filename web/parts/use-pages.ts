import { useState } from 'preact/hooks';

/** Many things, so many of them at a time. */
export interface Pages {
  /** From 1. */
  readonly page: number;
  readonly pages: number;
  /** Place of the first that is shown, from 0, and that behind the last. */
  readonly from: number;
  readonly to: number;
  turnTo(page: number): void;
}

/** Where there are fewer things than before, the last page there is. */
export function usePages(count: number, size: number): Pages {
  const [wanted, turnTo] = useState(1);
  const pages = Math.max(1, Math.ceil(count / size));
  const page = Math.min(wanted, pages);
  const from = (page - 1) * size;
  return { page, pages, from, to: Math.min(from + size, count), turnTo };
}
