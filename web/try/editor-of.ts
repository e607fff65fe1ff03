import { type Datatype, isNumeric } from './datatype.js';
import { imageLayoutOf } from './image-layout.js';
import { elementCount, filled, type Shape } from './shape.js';

/** An input as the metadata has it, and its `format` in the model's configuration. */
export interface InputSpec {
  readonly name: string;
  readonly datatype: Datatype;
  readonly shape: Shape;
  readonly format: string;
}

/** What somebody gives an input with. */
export const EDITORS = ['image', 'numbers', 'switch', 'text', 'fill'] as const;
export type EditorKind = (typeof EDITORS)[number];

/** More elements than these nobody types. */
const TYPED_AT_MOST = 4096;

/** Names of inputs that look like pictures and are none. */
const NO_PICTURE = /ids?$|token|attention|embed|hidden|state|audio|wave|mel|spectr|anchor|box/i;

/** The editors that fit an input, the best first. */
export function editorsOf(spec: InputSpec): readonly EditorKind[] {
  const { datatype, shape, name } = spec;
  const count = elementCount(filled(shape, {}));
  if (datatype === 'BYTES') return count > TYPED_AT_MOST ? ['fill', 'text'] : ['text', 'fill'];
  if (datatype === 'BOOL' && count === 1) return ['switch', 'numbers', 'fill'];
  const others: readonly EditorKind[] = count > TYPED_AT_MOST ? ['fill', 'numbers'] : ['numbers', 'fill'];
  if (!canBePicture(spec)) return others;
  return NO_PICTURE.test(name) ? [...others, 'image'] : ['image', ...others];
}

function canBePicture({ datatype, shape, format }: InputSpec): boolean {
  return (
    isNumeric(datatype) && !/64$/.test(datatype.replace('FP64', '')) && imageLayoutOf(shape, format) !== null
  );
}
