import type { ModelSummary } from '#backend/model-summary.js';
import type { Quantization, TensorSpec } from '#inference/metadata.js';
import { padEnd, printable, widthOf, wrap } from './printable.js';
import type { Terminal } from './terminal.js';
import { type Column, textTable } from './text-table.js';

const TENSOR_COLUMNS: readonly Column<TensorSpec>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'DATATYPE', cell: ({ datatype }) => datatype },
  { title: 'SHAPE', cell: ({ shape }) => `[${shape.map((size) => (size < 0 ? '?' : size)).join(', ')}]` },
  { title: 'QUANTIZATION', cell: ({ quantization }) => quantizationText(quantization) },
  { title: 'DESCRIPTION', cell: ({ description }) => description ?? null },
];

const OPERATOR_COLUMNS: readonly Column<ModelSummary['operators'][number]>[] = [
  { title: 'OPERATOR', cell: ({ name }) => name },
  { title: 'COUNT', cell: ({ count }) => count.toLocaleString('en-US') },
];

const UNLIMITED = Number.MAX_SAFE_INTEGER;

/** Prints what a model file contains, for people. An axis whose size the request chooses is a `?`. */
export function printModel(path: string, model: ModelSummary, terminal: Terminal): void {
  const { columns, style } = terminal;
  const operatorCount = model.operators.reduce((sum, { count }) => sum + count, 0);
  const lines = [
    style.bold(printable(path)),
    ...factLines(model, columns ?? UNLIMITED),
    '',
    style.bold('Inputs'),
    ...indent(tensorLines(model.inputs, terminal)),
    '',
    style.bold('Outputs'),
    ...indent(tensorLines(model.outputs, terminal)),
    '',
    style.bold(`Operators (${operatorCount.toLocaleString('en-US')} of ${kinds(model.operators.length)})`),
    ...indent(
      model.operators.length === 0
        ? ['none']
        : textTable(model.operators, OPERATOR_COLUMNS, roomFor(terminal), style),
    ),
  ];
  terminal.write(`${lines.join('\n')}\n`);
}

/** Prints the same for machines; -1 is an axis whose size the request chooses. */
export function printModelJson(model: ModelSummary, terminal: Terminal): void {
  const value = {
    format: model.format,
    file_bytes: model.fileBytes,
    parameter_count: model.parameterCount,
    quantized: model.quantized,
    facts: model.facts,
    inputs: model.inputs.map(tensorJson),
    outputs: model.outputs.map(tensorJson),
    operators: model.operators.map(({ name, count }) => ({ name, count })),
  };
  terminal.write(`${JSON.stringify(value, null, 2)}\n`);
}

function tensorJson({
  name,
  datatype,
  shape,
  quantization,
  description,
}: TensorSpec): Record<string, unknown> {
  return {
    name,
    datatype,
    shape,
    quantization:
      quantization === undefined
        ? null
        : { scales: quantization.scales, zero_points: quantization.zeroPoints, axis: quantization.axis },
    description: description ?? null,
  };
}

/** Decimal units, as file managers count: 26.5 kB is 26,454 bytes. */
export function fileSize(bytes: number): string {
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.95 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return unit === 0 ? `${bytes} bytes` : `${value.toFixed(1)} ${units[unit]}`;
}

function quantizationText(quantization: Quantization | undefined): string | null {
  if (quantization === undefined) return null;
  const { scales, zeroPoints, axis } = quantization;
  if (axis !== null) return `${scales.length} scales along axis ${axis}`;
  const scale = Number((scales[0] ?? 0).toPrecision(6));
  return `scale ${scale}, zero point ${zeroPoints[0] ?? 0}`;
}

function factLines(model: ModelSummary, columns: number): readonly string[] {
  const facts: readonly (readonly [string, string])[] = [
    ['format', model.format === 'onnx' ? 'ONNX' : 'TFLite'],
    ['file size', fileSize(model.fileBytes)],
    ['parameters', model.parameterCount.toLocaleString('en-US')],
    ['quantized', model.quantized ? 'yes' : 'no'],
    ...Object.entries(model.facts),
  ];
  const names = facts.map(([name]) => printable(name));
  const nameWidth = Math.max(...names.map(widthOf));
  return facts.flatMap(([, value], i) => {
    // The words of a long description are kept; its line breaks are not.
    const words = printable(value.replace(/\s+/g, ' '));
    const [first = '-', ...rest] = wrap(words, Math.max(20, columns - nameWidth - 4));
    const margin = ' '.repeat(nameWidth + 4);
    return [`  ${padEnd(names[i] ?? '', nameWidth)}  ${first}`, ...rest.map((line) => margin + line)];
  });
}

function tensorLines(tensors: readonly TensorSpec[], terminal: Terminal): readonly string[] {
  if (tensors.length === 0) return ['none'];
  return textTable(tensors, TENSOR_COLUMNS, roomFor(terminal), terminal.style);
}

function roomFor({ columns }: Terminal): number | null {
  return columns === null ? null : columns - 2;
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => (line === '' ? '' : `  ${line}`));
}

function kinds(count: number): string {
  return count === 1 ? '1 kind' : `${count} kinds`;
}
