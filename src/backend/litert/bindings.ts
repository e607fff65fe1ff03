/**
 * The part of LiteRT's WebAssembly module that is used here. The package's own API above it knows float32, int32 and
 * uint8 only; these bindings deal in bytes, so they know every type. Whatever is `Deletable` lives in the module's
 * memory until it is deleted.
 */
export interface Bindings {
  readonly HEAPU8: Uint8Array;
  readonly LiteRtEnvironment: { create(webGpuDevice: null): Environment };
  readonly VectorInt32: new () => Vector<number>;
  readonly LiteRtLayout: { create(dimensions: Vector<number>): Layout };
  readonly LiteRtRankedTensorType: { create(elementType: EnumValue, layout: Layout): RankedTensorType };
  readonly LiteRtTensorBufferType: { readonly HOST_MEMORY: EnumValue };
  readonly LiteRtTensorBufferLockMode: { readonly READ: EnumValue; readonly WRITE: EnumValue };
  readonly LiteRtTensorBuffer: {
    createManaged(
      environment: Environment,
      bufferType: EnumValue,
      tensorType: RankedTensorType,
      bytes: number,
    ): TensorBuffer;
  };
  _malloc(bytes: number): number;
  _free(position: number): void;
  setupLogging(): void;
  loadModel(environment: Environment, position: number, bytes: number): Model;
  compileModel(
    environment: Environment,
    model: Model,
    options: CompileOptions,
  ): CompiledModel | Promise<CompiledModel>;
}

export interface CompileOptions {
  readonly accelerator: 'wasm';
  readonly cpuOptions: { readonly numThreads: number };
  readonly gpuOptions: object;
  readonly webNNOptions: object;
}

export interface Deletable {
  delete(): void;
}

export interface EnumValue {
  readonly value: number;
}

export interface Vector<T> extends Deletable {
  size(): number;
  get(index: number): T;
  push_back(item: T): void;
}

export type Environment = Deletable;

export interface Layout extends Deletable {
  dimensions(): Vector<number>;
}

export interface RankedTensorType extends Deletable {
  elementType(): EnumValue;
  layout(): Layout;
}

export interface TensorBuffer extends Deletable {
  /** Answers the position of the contents in the module's memory, which stays put until `unlock`. */
  lock(mode: EnumValue): number;
  unlock(): void;
  tensorType(): RankedTensorType;
  /** Bytes of the contents. */
  packedSize(): number;
}

/** The bindings that a run does not need are what tests compare the reader of the file with. */
export interface Model extends Deletable {
  getNumSignatures(): number;
  getInputTensorType(signature: number, input: number): RankedTensorType;
  getOutputTensorType(signature: number, output: number): RankedTensorType;
  getSignature(signature: number): Signature;
}

export interface Signature extends Deletable {
  key(): string;
  inputNames(): Vector<string>;
  outputNames(): Vector<string>;
}

export interface CompiledModel extends Deletable {
  /** Also answers when the run failed: with uninitialised memory, and a line in the log. */
  run(signature: number, inputs: readonly TensorBuffer[]): TensorBuffer[] | Promise<TensorBuffer[]>;
}

/** A vector's items; deletes it. */
export function itemsOf<T>(vector: Vector<T>): T[] {
  const items = Array.from({ length: vector.size() }, (_, i) => vector.get(i));
  vector.delete();
  return items;
}
