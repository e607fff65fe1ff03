import { useEffect, useState } from 'preact/hooks';
import type { InputSpec } from './editor-of.js';
import type { EditorProps } from './input-value.js';
import { filled } from './shape.js';

/** One BOOL. */
export function SwitchEditor({ spec, onValue }: EditorProps<InputSpec>) {
  const [isOn, setOn] = useState(false);
  useEffect(() => onValue({ shape: filled(spec.shape, {}), bytes: Uint8Array.of(isOn ? 1 : 0) }), [isOn]);
  return (
    <label class="try-check">
      <input type="checkbox" checked={isOn} onChange={({ currentTarget }) => setOn(currentTarget.checked)} />
      {spec.name} = <code>{String(isOn)}</code>
    </label>
  );
}
