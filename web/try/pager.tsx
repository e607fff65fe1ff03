import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';

interface PagerProps {
  readonly from: number;
  readonly shown: number;
  readonly count: number;
  readonly perPage: number;
  readonly onPage: (page: number) => void;
}

/** Which part of many is shown, and the way to the next. Nothing where all are. */
export function Pager({ from, shown, count, perPage, onPage }: PagerProps) {
  const say = useTexts(TRY_TEXT);
  if (count <= perPage) return null;
  const page = Math.floor(from / perPage);
  return (
    <div class="try-row">
      <button type="button" disabled={page === 0} onClick={() => onPage(page - 1)}>
        {say('previous')}
      </button>
      <span>
        {from}–{from + shown - 1} / {count}
      </span>
      <button type="button" disabled={from + shown >= count} onClick={() => onPage(page + 1)}>
        {say('next')}
      </button>
    </div>
  );
}
