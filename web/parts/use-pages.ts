import { useState } from 'preact/hooks';

export interface Pages<Item> {
  readonly shown: readonly Item[];
  /** From 1. */
  readonly page: number;
  readonly pages: number;
  turnTo(page: number): void;
}

/** So many items at a time. Where there are fewer than before, the last page there is. */
export function usePages<Item>(items: readonly Item[], size: number): Pages<Item> {
  const [wanted, turnTo] = useState(1);
  const pages = Math.max(1, Math.ceil(items.length / size));
  const page = Math.min(wanted, pages);
  return { shown: items.slice((page - 1) * size, page * size), page, pages, turnTo };
}
