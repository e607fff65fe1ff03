import type { InferenceSession } from 'onnxruntime-node';
import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';
import { nearest } from '#core/nearest.js';
import type { TensorSpec } from '#inference/metadata.js';
import { dataTypeOf } from './datatype.js';
import type { OnnxFile, OnnxValue } from './onnx-file.js';

/** The inputs and outputs that a loaded model serves, and what is worth a WARN line. */
export interface ServedTensors {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly warnings: readonly string[];
}

/**
 * Refuses, before the engine sees it, a model whose tensors the engine's binding cannot pass: it would say so without
 * naming the tensor, or only when the model is run. Throws INVALID_ARGUMENT.
 */
export function refuseUnpassable({ inputs, outputs }: OnnxFile): void {
  for (const [side, values] of [['input', inputs] as const, ['output', outputs] as const]) {
    for (const { name, element } of values) {
      const datatype = element?.datatype;
      if (element === null || (datatype && datatype !== 'BF16')) continue;
      throw invalid(
        `${side} "${clip(name)}" is of type ${element.name}, which ONNX Runtime for Node cannot pass: cast it to another type inside the model`,
      );
    }
  }
  for (const { name, kind, shape } of inputs) {
    if (kind !== 'tensor')
      throw invalid(`input "${clip(name)}" is a ${kind}, and only tensors can be served`);
    if (shape === null) {
      throw invalid(
        `input "${clip(name)}" declares no shape to check requests against: give it one, symbolic axes are enough`,
      );
    }
  }
}

/**
 * What is served of what the engine reports. `axisSizes` gives sizes to named symbolic axes. `file` is what the file
 * itself says, or null where it could not be read. Throws INVALID_ARGUMENT.
 */
export function servedTensors(
  session: Pick<InferenceSession, 'inputMetadata' | 'outputMetadata'>,
  axisSizes: Readonly<Record<string, number>>,
  file: OnnxFile | null,
): ServedTensors {
  const metadata = [...session.inputMetadata, ...session.outputMetadata];
  refuseUnknownAxes(metadata, axisSizes);
  const warnings: string[] = [];
  const inputs = session.inputMetadata.map((value) => {
    const spec = specOf(value, axisSizes);
    if (spec === null)
      throw invalid(`input "${clip(value.name)}" is not a tensor, and only tensors can be served`);
    return spec;
  });
  const outputs = session.outputMetadata.flatMap((value) => {
    const declared = file?.outputs.find(({ name }) => name === value.name);
    const spec = specOf(value, axisSizes);
    if (spec === null) warnings.push(leftOut(value.name, declared));
    else if (spec.shape.length === 0 && declared?.shape === null) {
      warnings.push(
        `output "${clip(value.name)}" declares no shape; its metadata says [], whatever it answers`,
      );
    }
    return spec ?? [];
  });
  if (outputs.length === 0)
    throw invalid(`the model has no tensor output to serve. ${warnings.join('. ')}`.trim());
  return { inputs, outputs, warnings };
}

function leftOut(name: string, declared: OnnxValue | undefined): string {
  return `Output "${clip(name)}" is left out: it is a ${declared?.kind ?? 'value other than a tensor'}, and only tensors can be served (a scikit-learn classifier answers tensors when it is converted with zipmap=False)`;
}

function specOf(
  value: InferenceSession.ValueMetadata,
  axisSizes: Readonly<Record<string, number>>,
): TensorSpec | null {
  if (!value.isTensor) return null;
  const datatype = dataTypeOf(value.type);
  if (datatype === null)
    throw invalid(`tensor "${clip(value.name)}" is of type ${value.type}, which V2 cannot carry`);
  const shape = value.shape.map((axis) => (typeof axis === 'number' ? axis : (axisSizes[axis] ?? -1)));
  const axisNames = value.shape.map((axis) => (typeof axis === 'string' && axis !== '' ? axis : null));
  return { name: value.name, datatype, shape, ...(axisNames.some((name) => name !== null) && { axisNames }) };
}

function refuseUnknownAxes(
  metadata: readonly InferenceSession.ValueMetadata[],
  axisSizes: Readonly<Record<string, number>>,
): void {
  const known = new Set<string>();
  for (const value of metadata) {
    if (value.isTensor)
      for (const axis of value.shape) if (typeof axis === 'string' && axis !== '') known.add(axis);
  }
  for (const [axis, size] of Object.entries(axisSizes)) {
    if (!Number.isSafeInteger(size) || size < 0) {
      throw invalid(`free_dimension_overrides.${axis} is ${size}; a whole number was expected`);
    }
    if (known.has(axis)) continue;
    const meant = nearest(axis, [...known]);
    const has = known.size === 0 ? 'none' : [...known].join(', ');
    throw invalid(
      `free_dimension_overrides names the axis "${axis}", which the model does not have${meant ? `; did you mean "${meant}"?` : ''} (its symbolic axes: ${has})`,
    );
  }
}
