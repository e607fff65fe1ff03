import { PARTS_TEXT } from '../text/parts-text.js';
import { useTexts } from '../text/text.js';
import type { Pages } from './use-pages.js';

/** One page on, one page back. Nothing where there is but one. */
export function Pager({ page, pages, turnTo }: Pages) {
  const say = useTexts(PARTS_TEXT);
  if (pages === 1) return null;
  return (
    <p class="bar">
      <button type="button" disabled={page === 1} onClick={() => turnTo(page - 1)}>
        {say('previous')}
      </button>
      <span>{say('page', { page, pages })}</span>
      <button type="button" disabled={page === pages} onClick={() => turnTo(page + 1)}>
        {say('next')}
      </button>
    </p>
  );
}
