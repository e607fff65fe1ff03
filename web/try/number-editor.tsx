import { useEffect, useId, useState } from 'preact/hooks';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { AxisFields } from './axis-fields.js';
import type { InputSpec } from './editor-of.js';
import { packElements } from './elements.js';
import { FileButton } from './file-button.js';
import type { EditorProps, InputValue } from './input-value.js';
import { elementTexts } from './number-text.js';
import { Problem } from './problem.js';
import { type AxisSizes, elementCount, filled, openAxes, shapeFor } from './shape.js';

/** Numbers as text: typed, pasted from a spreadsheet, or from a file of CSV. */
export function NumberEditor({ spec, onValue }: EditorProps<InputSpec>) {
  const say = useTexts(TRY_TEXT);
  const id = useId();
  const [text, setText] = useState(() => zerosText(spec));
  const [sizes, setSizes] = useState<AxisSizes>({});
  useEffect(() => onValue(valueOfText(text, spec, sizes)), [text, sizes]);
  return (
    <div class="try-editor">
      <label for={id}>{say('numbersLabel')}</label>
      <textarea
        id={id}
        rows={Math.min(8, Math.max(2, text.split('\n').length))}
        spellcheck={false}
        value={text}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <div class="try-row">
        <AxisFields axes={openAxes(spec.shape).slice(1)} sizes={sizes} onSizes={setSizes} />
        <FileButton
          label={say('csvFile')}
          accept=".csv,.txt,.tsv,.json"
          onFile={(file) => void file.text().then(setText)}
        />
      </div>
    </div>
  );
}

function valueOfText(text: string, { datatype, shape }: InputSpec, sizes: AxisSizes): InputValue {
  try {
    const elements = elementTexts(text);
    const fitting = shapeFor(shape, elements.length, sizes);
    return { shape: fitting, bytes: packElements(datatype, elements) };
  } catch (thrown) {
    if (thrown instanceof Problem) return { problem: thrown };
    throw thrown;
  }
}

/** Something to begin with: one row of zeros. */
function zerosText({ datatype, shape }: InputSpec): string {
  const one = filled(shape, {});
  const columns = one.at(-1) ?? 1;
  const zero = datatype === 'BOOL' ? 'false' : '0';
  const row = Array.from({ length: columns }, () => zero).join(', ');
  return Array.from({ length: elementCount(one) / Math.max(1, columns) }, () => row).join('\n');
}
