import type { Session, SessionFacts } from '#backend/backend.js';
import { checkOutputs, matchInputs } from '#backend/match-tensors.js';
import { invalid, ServingError } from '#core/errors.js';
import type { TensorSpec } from '#inference/metadata.js';
import { fitsSpec, formatShape } from '#tensor/shape.js';
import type { Tensor } from '#tensor/tensor.js';
import { type Engine, EngineStopped } from './engine.js';
import type { Ports } from './ports.js';

/**
 * A loaded model. An engine that stopped is opened again with the next run: one request, such as one that makes
 * WebAssembly divide -2147483648 by -1, must not end the model for all others.
 */
export class LiteRtSession implements Session {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly facts: SessionFacts;
  readonly #reopen: () => Promise<Engine>;
  #engine: Engine | null;
  #closed = false;

  constructor(ports: Ports, facts: SessionFacts, engine: Engine, reopen: () => Promise<Engine>) {
    this.inputs = ports.inputs.map(({ spec }) => spec);
    this.outputs = ports.outputs.map(({ spec }) => spec);
    this.facts = facts;
    this.#engine = engine;
    this.#reopen = reopen;
  }

  async run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<readonly Tensor[]> {
    if (this.#closed) throw new ServingError('INTERNAL', 'the session is closed');
    checkOutputs(this.outputs, outputs);
    const given = matchInputs(this.inputs, inputs);
    this.#checkShapes(given);
    const wanted = outputs.flatMap((name) => this.outputs.filter((spec) => spec.name === name));
    const answers = await this.#runEngine(
      given.map(({ data }) => data),
      wanted.map((spec) => this.outputs.indexOf(spec)),
    );
    return wanted.map(({ name, datatype, shape }, i) => {
      return { name, datatype, shape, data: answers[i] ?? new Uint8Array() };
    });
  }

  async dispose(): Promise<void> {
    this.#closed = true;
    this.#engine = null;
  }

  async #runEngine(given: readonly Uint8Array[], wanted: readonly number[]): Promise<readonly Uint8Array[]> {
    this.#engine ??= await this.#reopen();
    try {
      return await this.#engine.run(given, wanted);
    } catch (thrown) {
      if (thrown instanceof EngineStopped) this.#engine = null;
      throw thrown;
    }
  }

  /** Keeps a larger tensor from being written over what lies behind the engine's own. */
  #checkShapes(given: readonly Tensor[]): void {
    this.inputs.forEach(({ name, shape }, i) => {
      const tensor = given[i];
      if (tensor && fitsSpec(tensor.shape, shape)) return;
      throw invalid(
        `input "${name}" is ${formatShape(tensor?.shape ?? [])}; ${formatShape(shape)} was expected`,
      );
    });
  }
}
