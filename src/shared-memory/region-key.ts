import { Buffer } from 'node:buffer';
import { clip } from '#core/clip.js';
import { invalid } from '#core/errors.js';

/** What a file system takes as a name, and so the longest key without its slash. */
const MAX_KEY_BYTES = 255;

/** Objects that Triton's Python backend keeps for itself: nobody else may read or write them. */
const RESERVED_PREFIX = 'triton_python_backend_shm_region_';

/**
 * The name of the file that stands for a POSIX shared memory object. A key is such a name with a slash before it or, as
 * `shm_open` takes it too, without. Throws INVALID_ARGUMENT for whatever could lead out of the folder of these files.
 */
export function fileNameOf(key: string, region: string): string {
  const name = key.startsWith('/') ? key.slice(1) : key;
  const fault = faultOf(name);
  if (fault !== null) {
    throw invalid(
      `failed to register shared memory region '${clip(region)}': the key '${clip(key)}' ${fault}; expected a name such as '/input_data'`,
    );
  }
  if (name.startsWith(RESERVED_PREFIX)) {
    throw invalid(
      `cannot register shared memory region '${clip(region)}' with key '${clip(key)}' as the key contains the reserved prefix '${RESERVED_PREFIX}'`,
    );
  }
  return name;
}

function faultOf(name: string): string | null {
  if (name === '') return 'is empty';
  if (name.includes('/')) return 'has a slash behind its beginning';
  if (name.includes('\0')) return 'has a NUL in it';
  if (name === '.' || name === '..') return 'is no name';
  if (Buffer.byteLength(name) > MAX_KEY_BYTES) return `has more than ${MAX_KEY_BYTES} bytes`;
  return null;
}
