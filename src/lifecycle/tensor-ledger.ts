import type { Tensor } from '#tensor/tensor.js';

/**
 * The tensors of one request between the steps of an ensemble. Whoever takes a tensor may give its bytes away, and with
 * them the whole buffer: it gets a copy as long as anybody else needs what lies in that buffer. The last one gets the
 * bytes themselves.
 */
export class TensorLedger {
  readonly #tensors = new Map<string, Tensor>();
  /** How often each tensor will yet be taken. */
  readonly #uses: Map<string, number>;
  /** Buffers in which the tensors of other requests may lie, because a batch was cut. */
  readonly #foreign = new WeakSet<ArrayBufferLike>();

  constructor(uses: ReadonlyMap<string, number>) {
    this.#uses = new Map(uses);
  }

  /** Keeps a tensor of the request, whose buffer was given away with it, if anybody needs it. */
  give(tensor: Tensor): void {
    if (this.#uses.has(tensor.name)) this.#tensors.set(tensor.name, tensor);
  }

  /** The same for a tensor that a step has made. What else lies in its buffer is not known. */
  giveMade(tensor: Tensor): void {
    const { buffer, byteLength } = tensor.data;
    if (byteLength < buffer.byteLength) this.#foreign.add(buffer);
    this.give(tensor);
  }

  /** The tensors of these names, for one who needs them together. */
  take(names: readonly string[]): readonly Tensor[] {
    const taken = names.map((name) => this.#take(name));
    const needed = new Set([...this.#tensors.values()].map(({ data }) => data.buffer));
    return taken.map((tensor) => {
      const { buffer } = tensor.data;
      if (!needed.has(buffer) && !this.#foreign.has(buffer)) return tensor;
      // Not `slice()`, which for a Buffer makes another view.
      return { ...tensor, data: new Uint8Array(tensor.data) };
    });
  }

  #take(name: string): Tensor {
    const tensor = this.#tensors.get(name);
    if (tensor === undefined) throw new Error(`tensor '${name}' is taken before it is made. This is a bug.`);
    const left = (this.#uses.get(name) ?? 1) - 1;
    this.#uses.set(name, left);
    if (left === 0) this.#tensors.delete(name);
    return tensor;
  }
}
