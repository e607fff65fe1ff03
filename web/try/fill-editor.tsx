import { useEffect, useState } from 'preact/hooks';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { AxisFields } from './axis-fields.js';
import { elementBytes } from './datatype.js';
import type { InputSpec } from './editor-of.js';
import { countOf } from './elements.js';
import { FileButton } from './file-button.js';
import type { EditorProps, InputValue } from './input-value.js';
import { isNpy, readNpy } from './npy.js';
import { Problem } from './problem.js';
import { randomElements, zeroElements } from './random-elements.js';
import { type AxisSizes, elementCount, filled, openAxes, shapeFor } from './shape.js';

type Filling = 'zeros' | 'random' | { readonly name: string; readonly bytes: Uint8Array };

/** Tensors that nobody types: zeros, random numbers, a file of NumPy or of bare bytes. */
export function FillEditor({ spec, onValue }: EditorProps<InputSpec>) {
  const say = useTexts(TRY_TEXT);
  const [filling, setFilling] = useState<Filling>('zeros');
  const [draw, setDraw] = useState(0);
  const [sizes, setSizes] = useState<AxisSizes>({});
  useEffect(() => onValue(valueOfFilling(filling, spec, sizes)), [filling, sizes, draw]);
  const isFile = typeof filling === 'object';
  return (
    <div class="try-editor">
      <div class="try-row">
        <AxisFields axes={openAxes(spec.shape).slice(isFile ? 1 : 0)} sizes={sizes} onSizes={setSizes} />
        <button type="button" aria-pressed={filling === 'zeros'} onClick={() => setFilling('zeros')}>
          {say('zeros')}
        </button>
        <button
          type="button"
          aria-pressed={filling === 'random'}
          onClick={() => {
            setFilling('random');
            setDraw(draw + 1);
          }}
        >
          {say('random')}
        </button>
        <FileButton
          label={say('binaryFile')}
          accept=".npy,.bin,.raw,.dat"
          onFile={(file) =>
            void file
              .arrayBuffer()
              .then((buffer) => setFilling({ name: file.name, bytes: new Uint8Array(buffer) }))
          }
        />
        {isFile && <span>{filling.name}</span>}
      </div>
    </div>
  );
}

function valueOfFilling(filling: Filling, spec: InputSpec, sizes: AxisSizes): InputValue {
  try {
    if (typeof filling === 'object') return valueOfFile(filling.bytes, spec, sizes);
    const shape = filled(spec.shape, sizes);
    const fill = filling === 'zeros' ? zeroElements : randomElements;
    return { shape, bytes: fill(spec.datatype, elementCount(shape)) };
  } catch (thrown) {
    if (thrown instanceof Problem) return { problem: thrown };
    throw thrown;
  }
}

function valueOfFile(file: Uint8Array, { datatype, shape }: InputSpec, sizes: AxisSizes): InputValue {
  if (isNpy(file)) {
    const array = readNpy(file);
    if (array.datatype !== datatype) throw new Problem('problemNpyType', { type: array.datatype });
    const isSameForm =
      array.shape.length === shape.length &&
      shape.every((length, axis) => length < 0 || length === array.shape[axis]);
    return {
      shape: isSameForm ? array.shape : shapeFor(shape, elementCount(array.shape), sizes),
      bytes: array.bytes,
    };
  }
  const unit = elementBytes(datatype);
  if (unit > 0 && file.length % unit !== 0) {
    throw new Problem('problemFileBytes', { bytes: file.length, unit, datatype });
  }
  return { shape: shapeFor(shape, countOf(datatype, file), sizes), bytes: file };
}
