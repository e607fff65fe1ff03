/** The engine's settings as the rooms above the thread wall know them: plain data to be handed on. */
export type {
  CompilerSettings,
  EngineSettings,
  OnnxRuntimeOptions,
  PreparedWeights,
  WeightSharing,
} from '#worker/engine-settings.js';
