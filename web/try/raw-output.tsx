import { useMemo, useState } from 'preact/hooks';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { CopyButton } from './copy-button.js';
import { download } from './download.js';
import { dataJson, elementJson } from './element-text.js';
import { countOf, readerOf } from './elements.js';
import type { OutputProps } from './output-props.js';
import { Pager } from './pager.js';

const ELEMENTS_AT_A_TIME = 500;
/** A clipboard is no place for more. */
const COPIED_AT_MOST = 200_000;

/** The elements as they are, with all their digits. */
export function RawOutput({ tensor }: OutputProps) {
  const say = useTexts(TRY_TEXT);
  const [page, setPage] = useState(0);
  const { name, datatype, bytes } = tensor;
  const count = countOf(datatype, bytes);
  const from = page * ELEMENTS_AT_A_TIME < count ? page * ELEMENTS_AT_A_TIME : 0;
  const shown = Math.min(ELEMENTS_AT_A_TIME, count - from);
  const text = useMemo(() => {
    const read = readerOf(datatype, bytes);
    return Array.from({ length: shown }, (_, index) => elementJson(datatype, read(from + index))).join(', ');
  }, [tensor, from, shown]);
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached with the keyboard */}
      <pre class="try-raw" tabIndex={0}>
        {text}
      </pre>
      <Pager from={from} shown={shown} count={count} perPage={ELEMENTS_AT_A_TIME} onPage={setPage} />
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
