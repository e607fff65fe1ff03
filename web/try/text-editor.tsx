import { useEffect, useId, useState } from 'preact/hooks';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { AxisFields } from './axis-fields.js';
import type { InputSpec } from './editor-of.js';
import { packTexts } from './elements.js';
import type { EditorProps, InputValue } from './input-value.js';
import { Problem } from './problem.js';
import { type AxisSizes, elementCount, openAxes, shapeFor } from './shape.js';

/** Text: one element to a line, or all of it where the model takes one. */
export function TextEditor({ spec, onValue }: EditorProps<InputSpec>) {
  const say = useTexts(TRY_TEXT);
  const id = useId();
  const [text, setText] = useState('');
  const [sizes, setSizes] = useState<AxisSizes>({});
  const isOne = takesOne(spec);
  useEffect(() => onValue(valueOfText(text, spec, sizes)), [text, sizes]);
  return (
    <div class="try-editor">
      <label for={id}>{say(isOne ? 'textLabel' : 'linesLabel')}</label>
      <textarea id={id} rows={4} value={text} onInput={({ currentTarget }) => setText(currentTarget.value)} />
      <div class="try-row">
        <AxisFields axes={openAxes(spec.shape).slice(1)} sizes={sizes} onSizes={setSizes} />
      </div>
    </div>
  );
}

function takesOne({ shape }: InputSpec): boolean {
  return openAxes(shape).length === 0 && elementCount(shape) === 1;
}

function valueOfText(text: string, spec: InputSpec, sizes: AxisSizes): InputValue {
  try {
    const elements = takesOne(spec) ? [text] : text.split(/\r?\n/);
    return { shape: shapeFor(spec.shape, elements.length, sizes), bytes: packTexts(elements) };
  } catch (thrown) {
    if (thrown instanceof Problem) return { problem: thrown };
    throw thrown;
  }
}
