import { useMemo } from 'preact/hooks';
import { CopyButton } from '../parts/copy-button.js';
import { Pager } from '../parts/pager.js';
import { usePages } from '../parts/use-pages.js';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { download } from './download.js';
import { dataJson, elementJson } from './element-text.js';
import { countOf, readerOf } from './elements.js';
import type { OutputProps } from './output-props.js';

const ELEMENTS_AT_A_TIME = 500;
/** A clipboard is no place for more. */
const COPIED_AT_MOST = 200_000;

/** The elements as they are, with all their digits. */
export function RawOutput({ tensor }: OutputProps) {
  const say = useTexts(TRY_TEXT);
  const { name, datatype, bytes } = tensor;
  const count = countOf(datatype, bytes);
  const pages = usePages(count, ELEMENTS_AT_A_TIME);
  const { from, to } = pages;
  const text = useMemo(() => {
    const read = readerOf(datatype, bytes);
    return Array.from({ length: to - from }, (_, index) => elementJson(datatype, read(from + index))).join(
      ', ',
    );
  }, [tensor, from, to]);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard */}
      <pre class="try-raw" tabIndex={0}>
        {text}
      </pre>
      <Pager {...pages} />
      <div class="try-row">
        {count <= COPIED_AT_MOST && <CopyButton textOf={() => dataJson(tensor)} />}
        <button
          type="button"
          onClick={() => download(`${name}.json`, new TextEncoder().encode(dataJson(tensor)))}
        >
          {say('downloadJson')}
        </button>
        <button type="button" onClick={() => download(`${name}.bin`, bytes)}>
          {say('downloadBytes', { bytes: bytes.length })}
        </button>
      </div>
    </>
  );
}
