/** One tensor of a V2 request. */
export function tensor(name: string, datatype: string, shape: readonly number[], data: unknown): object {
  return { name, datatype, shape, data };
}

/** The body of a V2 inference request. */
export function inferBody(...inputs: readonly object[]): { readonly inputs: readonly object[] } {
  return { inputs };
}

/** Name, datatype and shape of each tensor of a model's metadata: what every V2 client reads. */
export function portsOf(
  tensors: readonly { readonly name: string; readonly datatype: string; readonly shape: readonly number[] }[],
): readonly (readonly [name: string, datatype: string, shape: readonly number[]])[] {
  return tensors.map(({ name, datatype, shape }) => [name, datatype, shape]);
}

/** Cuts a flat list into rows of rows, as `shape` says. */
export function nested(data: readonly number[], shape: readonly number[]): unknown {
  const [, ...inner] = shape;
  if (inner.length === 0) return data;
  const size = inner.reduce((product, axis) => product * axis, 1);
  return Array.from({ length: data.length / size }, (_, i) =>
    nested(data.slice(i * size, (i + 1) * size), inner),
  );
}

/** The position of the largest element. */
export function argmax(row: readonly number[]): number {
  return row.indexOf(Math.max(...row));
}
