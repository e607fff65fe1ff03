import type { ModelSummary } from '#backend/model-summary.js';
import { elementCount, formatShape } from '#tensor/shape.js';
import { type Ports, portsOf, signatureKeys } from './ports.js';
import { readModelFile } from './read-file.js';
import { readTflite, type TfliteModel, type TfliteTensor } from './read-tflite.js';

/**
 * What a .tflite file says of itself, without an engine. Throws ServingError INVALID_ARGUMENT for a file that cannot
 * be read as one or whose inputs or outputs cannot be served.
 */
export async function summarizeTflite(path: string): Promise<ModelSummary> {
  const { bytes } = await readModelFile(path);
  return summarize(readTflite(bytes), bytes.length);
}

/** The same for a model that has been read. */
export function summarize(model: TfliteModel, fileBytes: number): ModelSummary {
  const ports = portsOf(model);
  const tensors = model.subgraphs.flatMap((subgraph) => subgraph.tensors);
  const constants = constantsOf(model);
  return {
    format: 'tflite',
    fileBytes,
    facts: factsOf(model, ports, tensors.length),
    inputs: ports.inputs.map(({ spec }) => spec),
    outputs: ports.outputs.map(({ spec }) => spec),
    operators: countOperators(model),
    parameterCount: constants.reduce((sum, { shape }) => sum + elementCount(shape), 0),
    quantized: tensors.some(({ quantization, type }) => quantization !== null && /^U?INT/.test(type.name)),
  };
}

/** Constant tensors, one for each buffer: several tensors may share a buffer. */
function constantsOf(model: TfliteModel): readonly TfliteTensor[] {
  const byBuffer = new Map<number, TfliteTensor>();
  for (const tensor of model.subgraphs.flatMap((subgraph) => subgraph.tensors)) {
    if ((model.bufferBytes[tensor.buffer] ?? 0) > 0) byBuffer.set(tensor.buffer, tensor);
  }
  return [...byBuffer.values()];
}

function countOperators(model: TfliteModel): ModelSummary['operators'] {
  const counts = new Map<string, number>();
  for (const name of model.subgraphs.flatMap((subgraph) => subgraph.operators)) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || a.name.localeCompare(b.name));
}

function factsOf(model: TfliteModel, ports: Ports, tensorCount: number): Record<string, string> {
  const facts: Record<string, string> = {
    schema: `TFLite ${model.schemaVersion}`,
    description: model.description,
    signatures: signatureKeys(model.signatures),
    subgraphs: String(model.subgraphs.length),
    tensors: String(tensorCount),
    buffers: `${model.bufferBytes.length} with ${model.bufferBytes.reduce((sum, size) => sum + size, 0)} bytes`,
    metadata: model.metadataNames.join(', '),
    'open axes': openAxes(model, ports),
  };
  return Object.fromEntries(Object.entries(facts).filter(([, text]) => text !== ''));
}

/** Inputs and outputs that the file leaves open and that are served with the sizes it was converted with. */
function openAxes(model: TfliteModel, ports: Ports): string {
  const tensors = model.subgraphs[ports.subgraph]?.tensors ?? [];
  return [...ports.inputs, ...ports.outputs]
    .flatMap(({ spec, tensor }) => {
      const signature = tensors[tensor]?.shapeSignature;
      if (!signature?.includes(-1)) return [];
      return [`${spec.name} ${formatShape(signature)}, served as ${formatShape(spec.shape)}`];
    })
    .join('; ');
}

export { readTflite } from './read-tflite.js';
