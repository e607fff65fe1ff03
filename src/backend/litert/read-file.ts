import { readFile, stat } from 'node:fs/promises';
import { invalid, ServingError } from '#core/errors.js';

/** WebAssembly's memory ends at 2 GB here, with everything in it. */
const MAX_MODEL_BYTES = 2 ** 31;

/** The bytes of a model file, and something that changes when the file does. Throws ServingError without the path. */
export async function readModelFile(
  path: string,
): Promise<{ readonly bytes: Uint8Array; readonly stamp: string }> {
  try {
    const { size, mtimeMs } = await stat(path);
    if (size > MAX_MODEL_BYTES) {
      throw invalid(`the file has ${size} bytes; LiteRT for WebAssembly takes ${MAX_MODEL_BYTES} at most`);
    }
    return { bytes: await readFile(path), stamp: `${size} ${mtimeMs}` };
  } catch (thrown) {
    if (thrown instanceof ServingError) throw thrown;
    // The message of Node would hold the path.
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : 'unknown error';
    throw invalid(`the file cannot be read (${code})`);
  }
}
