/** Settings of ONNX Runtime, under its own names. What is left out keeps the engine's default. */
export interface OnnxRuntimeOptions {
  readonly graph_optimization_level?: 'disabled' | 'basic' | 'extended' | 'layout' | 'all';
  readonly execution_mode?: 'sequential' | 'parallel';
  /** In order of preference, for instance ["cuda", "cpu"]. */
  readonly execution_providers?: readonly string[];
  readonly inter_op_num_threads?: number;
  readonly enable_cpu_mem_arena?: boolean;
  readonly enable_mem_pattern?: boolean;
  /** Sizes for named symbolic axes, for instance {"batch": 1}. */
  readonly free_dimension_overrides?: Readonly<Record<string, number>>;
  /** `session.…` configuration entries, passed on as they are. */
  readonly session_config?: Readonly<Record<string, string>>;
}

/**
 * When the weights of a model are held once for all its instances: `auto` where there are several instances, or a copy
 * that was prepared before; `always` for one instance too; or never.
 */
export type WeightSharing = 'auto' | 'always' | 'off';

/** Where prepared copies of models are, from which weights are mapped. */
export interface PreparedWeights {
  readonly folder: string;
  /** What the folder may hold, in bytes. */
  readonly maxBytes: number;
  /** Whether the session may have a copy made where there is none. */
  readonly mayMake: boolean;
}

/** The typed `engine` block of a model's configuration. */
export interface EngineSettings {
  /** Threads that one run may use; null: as many as the device it runs on is given. */
  readonly threads: number | null;
  readonly onnxruntime: OnnxRuntimeOptions;
  /** Left out: as the server does it. */
  readonly weightSharing?: WeightSharing;
}

/**
 * The keys of `compiler_config` whose meaning is public. There is no compiler here, so only `permutations` changes
 * what the model does; the rest is checked and noted.
 */
export interface CompilerSettings {
  /**
   * `permute_input`: for each input in turn, the order in which the served input's axes are taken from the model's,
   * as torch.permute names them: [0,3,1,2] makes an NHWC model take NCHW.
   */
  readonly permuteInput: readonly (readonly number[])[];
}

/** Everything a session is opened with. Plain data: it crosses the thread wall. */
export interface LoadOptions {
  /** Threads that one run may use. 1 at least. */
  readonly threads: number;
  readonly onnxruntime: OnnxRuntimeOptions;
  readonly compiler: CompilerSettings;
  /** The execution provider that the device stands for: `cpu` or, for instance, `cuda:0`. */
  readonly provider: string;
  /** Multiplies the first axis of every input and output, as the original's compiler does; null leaves it alone. */
  readonly batchSize: number | null;
  /** Let an engine that cannot use the provider asked for use the CPU instead. */
  readonly allowFallback: boolean;
  /** Left out: the session has its weights for itself. */
  readonly prepared?: PreparedWeights;
}
