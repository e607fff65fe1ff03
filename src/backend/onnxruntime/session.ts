import type { Tensor as EngineTensor } from 'onnxruntime-node';
import type { Session, SessionFacts } from '#backend/backend.js';
import { checkOutputs, matchInputs } from '#backend/match-tensors.js';
import { ServingError } from '#core/errors.js';
import type { TensorSpec } from '#inference/metadata.js';
import type { Tensor } from '#tensor/tensor.js';
import { type Engine, runEngine } from './engine.js';
import { fromEngine, toEngine } from './tensors.js';

/** A loaded model. The engine's `run` blocks the thread until it is done. */
export class OnnxRuntimeSession implements Session {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly facts: SessionFacts;
  #engine: Engine | null;
  readonly #onDispose: () => void;

  /** @param onDispose called when the engine's memory was given back */
  constructor(
    engine: Engine,
    inputs: readonly TensorSpec[],
    outputs: readonly TensorSpec[],
    facts: SessionFacts,
    onDispose: () => void = () => {},
  ) {
    this.#engine = engine;
    this.inputs = inputs;
    this.outputs = outputs;
    this.facts = facts;
    this.#onDispose = onDispose;
  }

  async run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<readonly Tensor[]> {
    if (this.#engine === null) throw new ServingError('INTERNAL', 'the session is closed');
    checkOutputs(this.outputs, outputs);
    const feeds: Record<string, EngineTensor> = {};
    for (const tensor of matchInputs(this.inputs, inputs)) feeds[tensor.name] = toEngine(tensor);
    if (outputs.length === 0) return [];
    const answers = await runEngine(this.#engine, feeds, outputs);
    return outputs.map((name) => {
      const answer = answers[name];
      if (answer === undefined) throw new ServingError('INTERNAL', `the model gave no output "${name}"`);
      return fromEngine(name, answer);
    });
  }

  async dispose(): Promise<void> {
    const engine = this.#engine;
    this.#engine = null;
    if (engine === null) return;
    await engine.release();
    this.#onDispose();
  }
}
