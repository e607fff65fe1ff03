/** How the tensors of several requests lie in those of one run. Names are the engine's. */
export interface BatchLayout {
  /** The axis along which rows lie, of those inputs and outputs for which it is not the first. */
  readonly axisOf: Readonly<Record<string, number>>;
  /** The inputs whose axes are padded to the longest of the batch; empty where shapes must be alike. */
  readonly padded: readonly PaddedInput[];
  /** The outputs that padding makes longer, and which of their axes grow with which input's. */
  readonly cut: readonly CutOutput[];
}

export interface PaddedInput {
  readonly name: string;
  readonly axes: readonly number[];
  /** What the file calls each of them; those of one name must be equally long in a request that is to be padded. */
  readonly axisNames?: readonly string[];
  /** What stands in the places that are added. */
  readonly value: number;
}

export interface CutOutput {
  readonly name: string;
  readonly axes: readonly { readonly axis: number; readonly input: string; readonly inputAxis: number }[];
}

export const PLAIN_LAYOUT: BatchLayout = { axisOf: {}, padded: [], cut: [] };
