import { ServingError } from '#core/errors.js';
import { formatShape } from '#tensor/shape.js';
import { type CompiledModel, type Environment, itemsOf, type Model, type TensorBuffer } from './bindings.js';
import type { Port, Ports } from './ports.js';
import { failedInOperator, reasonOf } from './reason.js';
import type { Runtime } from './runtime.js';

/** The instance is lost: WebAssembly trapped or aborted. All that it held goes with it. */
export class EngineStopped extends ServingError {
  constructor(reason: string, cause: unknown) {
    super('INTERNAL', `LiteRT stopped: ${reason}`, { cause });
  }
}

/**
 * Opens a model that has been read and checked, in an instance of LiteRT that is its own. There is no closing: an
 * instance that nobody holds is garbage, with all of its memory. Throws ServingError whose one sentence says why
 * LiteRT does not take the model.
 */
export async function openEngine(
  runtime: Runtime,
  bytes: Uint8Array,
  ports: Ports,
  stateful: boolean,
): Promise<Engine> {
  try {
    const compile = prepareModel(runtime, bytes, ports);
    const engine = await compile();
    await engine.tryOut();
    if (!stateful) return engine;
    // The first real run must not find what the trial left behind.
    engine.delete();
    return await compile();
  } catch (thrown) {
    if (thrown instanceof ServingError) throw thrown;
    throw unloadable(reasonOf(runtime.chatter.take(), thrown), thrown);
  }
}

/** Puts the model into the instance's memory; answers what makes it ready to run. */
function prepareModel(runtime: Runtime, bytes: Uint8Array, ports: Ports): () => Promise<Engine> {
  const { bindings } = runtime;
  const environment = bindings.LiteRtEnvironment.create(null);
  const position = bindings._malloc(bytes.length);
  if (position === 0) {
    throw unloadable(`its ${bytes.length} bytes do not fit into the memory that WebAssembly has`);
  }
  // The model stays where it is: LiteRT reads its constants from there.
  bindings.HEAPU8.set(bytes, position);
  const model: Model = bindings.loadModel(environment, position, bytes.length);
  return async () => {
    const compiled = await bindings.compileModel(environment, model, {
      accelerator: 'wasm',
      cpuOptions: { numThreads: 1 },
      gpuOptions: {},
      webNNOptions: {},
    });
    const inputs = ports.inputs.map((port) => createBuffer(runtime, environment, port));
    return new Engine(runtime, compiled, inputs, ports);
  };
}

function createBuffer({ bindings }: Runtime, environment: Environment, port: Port): TensorBuffer {
  const dimensions = new bindings.VectorInt32();
  for (const axis of port.spec.shape) dimensions.push_back(axis);
  const layout = bindings.LiteRtLayout.create(dimensions);
  dimensions.delete();
  const type = bindings.LiteRtRankedTensorType.create({ value: port.elementType }, layout);
  layout.delete();
  const host = bindings.LiteRtTensorBufferType.HOST_MEMORY;
  const buffer = bindings.LiteRtTensorBuffer.createManaged(environment, host, type, port.bytes);
  type.delete();
  return buffer;
}

/** A compiled model. Bytes in, bytes out, in the order of its ports. */
export class Engine {
  readonly #runtime: Runtime;
  readonly #compiled: CompiledModel;
  /** Used again in every run. */
  readonly #inputs: readonly TensorBuffer[];
  readonly #ports: Ports;

  constructor(runtime: Runtime, compiled: CompiledModel, inputs: readonly TensorBuffer[], ports: Ports) {
    this.#runtime = runtime;
    this.#compiled = compiled;
    this.#inputs = inputs;
    this.#ports = ports;
  }

  /**
   * Runs the model once. `inputs` holds the bytes of every input; the answer those of the outputs at the positions
   * `wanted`, each in a buffer of its own. Throws EngineStopped when the engine cannot be used any more, and another
   * ServingError when only this run failed.
   */
  async run(inputs: readonly Uint8Array[], wanted: readonly number[]): Promise<readonly Uint8Array[]> {
    try {
      return await this.#invoke(inputs, (buffers, errors) => {
        if (errors.length > 0) throw new ServingError('INTERNAL', `LiteRT failed: ${reasonOf(errors)}`);
        return wanted.map((position) => this.#outputAt(position, buffers));
      });
    } catch (thrown) {
      if (thrown instanceof ServingError) throw thrown;
      throw new EngineStopped(reasonOf(this.#runtime.chatter.take(), thrown), thrown);
    }
  }

  /**
   * Runs the model on zeros, twice. LiteRT looks for custom operators and takes its memory in the first run only, and
   * notices in the second one that an output has no fixed size (the first answers with uninitialised memory then).
   * An operator that does not like zeros is no reason against the model.
   */
  async tryOut(): Promise<void> {
    const zeros = this.#ports.inputs.map((port) => new Uint8Array(port.bytes));
    for (let round = 1; round <= 2; round++) {
      await this.#invoke(zeros, (buffers, errors) => {
        if (errors.length > 0 && !failedInOperator(errors)) throw unloadable(reasonOf(errors));
        this.#checkOutputs(buffers);
      });
    }
  }

  delete(): void {
    for (const buffer of this.#inputs) buffer.delete();
    this.#compiled.delete();
  }

  /** The buffers that `use` is given are deleted when it returns. */
  async #invoke<T>(
    inputs: readonly Uint8Array[],
    use: (buffers: readonly TensorBuffer[], errors: readonly string[]) => T,
  ): Promise<T> {
    const { chatter } = this.#runtime;
    this.#inputs.forEach((buffer, i) => {
      const bytes = inputs[i];
      if (bytes) this.#write(buffer, bytes);
    });
    chatter.take();
    const buffers = await this.#compiled.run(this.#ports.signature, this.#inputs);
    try {
      return use(buffers, chatter.take());
    } finally {
      for (const buffer of buffers) buffer.delete();
    }
  }

  /** Asks for `HEAPU8` anew: the memory moves when it grows. */
  #write(buffer: TensorBuffer, bytes: Uint8Array): void {
    const { bindings } = this.#runtime;
    const position = buffer.lock(bindings.LiteRtTensorBufferLockMode.WRITE);
    bindings.HEAPU8.set(bytes, position);
    buffer.unlock();
  }

  /** Where a tensor is listed several times LiteRT fills the last of its buffers only. */
  #outputAt(position: number, buffers: readonly TensorBuffer[]): Uint8Array {
    const { outputs } = this.#ports;
    const port = outputs[position];
    const buffer = buffers[outputs.findLastIndex(({ tensor }) => tensor === port?.tensor)];
    if (!port || !buffer)
      throw new ServingError('INTERNAL', `the model gave no output at position ${position}`);
    const { bindings } = this.#runtime;
    const start = buffer.lock(bindings.LiteRtTensorBufferLockMode.READ);
    const bytes = bindings.HEAPU8.slice(start, start + port.bytes);
    buffer.unlock();
    return bytes;
  }

  /** The file may say one thing of an output and the operators another. */
  #checkOutputs(buffers: readonly TensorBuffer[]): void {
    this.#ports.outputs.forEach((port, i) => {
      const buffer = buffers[i];
      if (!buffer) throw unloadable(`it has ${buffers.length} outputs, and ${i + 1} at least in the file`);
      const type = buffer.tensorType();
      const layout = type.layout();
      const shape = itemsOf(layout.dimensions());
      const { value } = type.elementType();
      layout.delete();
      type.delete();
      if (value === port.elementType && shape.join() === port.spec.shape.join()) return;
      const declared = formatShape(port.spec.shape);
      throw unloadable(
        `its output "${port.spec.name}" is ${declared} in the file and ${formatShape(shape)} when run`,
      );
    });
  }
}

function unloadable(reason: string, cause?: unknown): ServingError {
  return new ServingError('INVALID_ARGUMENT', `LiteRT cannot load the model: ${reason}`, { cause });
}
