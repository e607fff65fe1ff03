import type { Texts } from './text.js';

const en = {
  previous: 'Previous',
  next: 'Next',
  page: 'Page {page} of {pages}',
  copy: 'Copy',
  copied: 'copied',
  notCopied: 'The browser did not allow it: mark and copy the text instead.',
};

type Key = keyof typeof en;

const ko: Readonly<Record<Key, string>> = {
  previous: '이전',
  next: '다음',
  page: '{pages}쪽 중 {page}쪽',
  copy: '복사',
  copied: '복사됨',
  notCopied: '브라우저가 복사를 허용하지 않음: 텍스트를 직접 선택해 복사.',
};

/** What is said in the same words by parts of several views. */
export const PARTS_TEXT = { en, ko } as const satisfies Texts<Key>;
