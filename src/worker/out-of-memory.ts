/** The status of an engine process that ends because its engine got no memory. */
export const OUT_OF_MEMORY_STATUS = 71;

/**
 * Words of engines and runtimes: ONNX Runtime's arena and the C++ library, WebAssembly, V8.
 */
const WORDS = /failed to allocate memory|bad_alloc|cannot enlarge memory|array buffer allocation failed/i;

/** Whether what an engine says means that there was no memory for it. */
export function meansOutOfMemory(message: string): boolean {
  return WORDS.test(message);
}
