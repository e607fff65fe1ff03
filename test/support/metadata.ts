import type { ModelMetadata, TensorSpec } from '#inference/metadata.js';

/** What is told of a model with these inputs, where nothing else of it matters. */
export function model(...inputs: readonly TensorSpec[]): ModelMetadata {
  return {
    name: 'm',
    version: '2',
    platform: 'p',
    dialect: 'v2',
    inputs,
    outputs: [],
    maxBatchSize: 0,
    properties: {},
  };
}
