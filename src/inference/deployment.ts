import type { ModelRef } from './request.js';

/** How a loaded version of a model is deployed. */
export interface Deployment {
  /** Of the model file, without its folder; empty for an ensemble, which has none. */
  readonly fileName: string;
  /** What runs it, in Triton's word: `onnxruntime_onnx`, `litert_tflite`, `ensemble`. */
  readonly platform: string;
  /** One for each device; none for an ensemble. */
  readonly places: readonly Place[];
  /** The models that an ensemble is made of; left out for a model of its own. */
  readonly steps?: readonly DeployedStep[];
}

/** A model of an ensemble, and which tensor of the ensemble each of its inputs and outputs is. */
export interface DeployedStep {
  readonly model: ModelRef;
  readonly inputs: Readonly<Record<string, string>>;
  readonly outputs: Readonly<Record<string, string>>;
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
