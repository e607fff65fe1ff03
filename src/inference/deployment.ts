import type { Scheduling, Warmup } from './scheduling.js';

/** How a loaded version of a model is deployed. */
export interface Deployment {
  /** Of the model file, without its folder; empty for an ensemble, which has none. */
  readonly fileName: string;
  /** What runs it, in Triton's word: `onnxruntime_onnx`, `litert_tflite`, `ensemble`. */
  readonly platform: string;
  /** One for each device; none for an ensemble. */
  readonly places: readonly Place[];
  readonly scheduling: Scheduling;
  /** What the configuration asks for; empty where it says nothing of it. */
  readonly warmup: readonly Warmup[];
  /** Answers to the same request are kept and given again. */
  readonly isCached: boolean;
}

/** The copies of a model on one device. */
export interface Place {
  /** `cpu`, `npu:0:1`, `cuda:0`. */
  readonly device: string;
  readonly kind: 'npu' | 'cpu' | 'cuda';
  /** An NPU that is played by the CPU. */
  readonly simulated: boolean;
  readonly instances: number;
}
