import { useMemo } from 'preact/hooks';
import { Pager } from '../parts/pager.js';
import { usePages } from '../parts/use-pages.js';
import { textsOf } from './elements.js';
import type { OutputProps } from './output-props.js';

const TEXTS_AT_A_TIME = 50;

/** Elements of BYTES as texts. */
export function TextOutput({ tensor }: OutputProps) {
  const texts = useMemo(() => textsOf(tensor.bytes), [tensor]);
  const pages = usePages(texts.length, TEXTS_AT_A_TIME);
  const { from, to } = pages;
  return (
    <>
      <ol class="try-texts" start={from}>
        {texts.slice(from, to).map((text, index) => (
          <li key={from + index}>{text}</li>
        ))}
      </ol>
      <Pager {...pages} />
    </>
  );
}
