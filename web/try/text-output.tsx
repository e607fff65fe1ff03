import { useMemo, useState } from 'preact/hooks';
import { textsOf } from './elements.js';
import type { OutputProps } from './output-props.js';
import { Pager } from './pager.js';

const TEXTS_AT_A_TIME = 50;

/** Elements of BYTES as texts. */
export function TextOutput({ tensor }: OutputProps) {
  const texts = useMemo(() => textsOf(tensor.bytes), [tensor]);
  const [page, setPage] = useState(0);
  const from = page * TEXTS_AT_A_TIME < texts.length ? page * TEXTS_AT_A_TIME : 0;
  const shown = texts.slice(from, from + TEXTS_AT_A_TIME);
  return (
    <>
      <ol class="try-texts" start={from}>
        {shown.map((text, index) => (
          <li key={from + index}>{text}</li>
        ))}
      </ol>
      <Pager
        from={from}
        shown={shown.length}
        count={texts.length}
        perPage={TEXTS_AT_A_TIME}
        onPage={setPage}
      />
    </>
  );
}
