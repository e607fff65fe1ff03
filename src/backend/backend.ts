import type { TensorSpec } from '#inference/metadata.js';
import type { Tensor } from '#tensor/tensor.js';
import type { LoadOptions } from './options.js';

/** A model file on the local disk. */
export interface ModelArtifact {
  readonly path: string;
}

/** What a load came to: figures to show, never to act on. */
export interface SessionFacts {
  /** The engine and its version, for instance `onnxruntime 1.30.0`. */
  readonly engine: string;
  /** Where it really runs, for instance `cpu`. */
  readonly provider: string;
  /** Threads that one run uses. */
  readonly threads: number;
  readonly modelBytes: number;
  /**
   * Bytes that it takes where it runs: the whole memory of an engine that has one of its own, else those of the weights,
   * because no engine tells more.
   */
  readonly heldBytes: number;
  /** Those of `heldBytes` that all sessions of the model on this host have together. Left out: none. */
  readonly sharedBytes?: number;
}

/**
 * One loaded copy of a model. It is used by one caller at a time: `run` is not called again before the last one has
 * settled. Tensors in, tensors out; it never sees a request.
 */
export interface Session {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
  readonly facts: SessionFacts;
  /**
   * Runs the model once. `inputs` holds every input of the model, in any order, with shapes that fit their specs;
   * `outputs` names the wanted ones. The answer has exactly those, in that order, each with bytes of its own.
   * May block its thread. Throws ServingError (INTERNAL when the engine raised).
   */
  run(inputs: readonly Tensor[], outputs: readonly string[]): Promise<readonly Tensor[]>;
  /** Gives back the engine's memory. The session is not used afterwards. */
  dispose(): Promise<void>;
}

/** An engine. Lives only beyond the thread wall: the main thread never imports one. */
export interface Backend {
  readonly name: 'onnxruntime' | 'litert';
  /** What the platform is called in V2 metadata. */
  readonly platform: string;
  /**
   * Loads a model. Throws ServingError whose message says what was wrong with the file or the options, in one
   * sentence without the path (the caller knows it).
   */
  load(artifact: ModelArtifact, options: LoadOptions): Promise<Session>;
}
