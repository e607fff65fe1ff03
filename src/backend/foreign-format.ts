/**
 * What a file that is no model of ours most probably is, as a sentence that says what to do about it; null where its
 * first bytes (some hundred) tell nothing.
 */
export function foreignFormat(head: Uint8Array): string | null {
  const text = String.fromCharCode(...head);
  const known = SIGNATURES.find(({ at = 0, bytes }) => text.startsWith(bytes, at));
  if (known !== undefined) return known.problem;
  return isText(head) ? textFormat(text) : null;
}

interface Signature {
  readonly bytes: string;
  readonly at?: number;
  readonly problem: string;
}

const SIGNATURES: readonly Signature[] = [
  {
    bytes: 'version https://git-lfs.github.com/spec/',
    problem: 'it is a Git LFS pointer, not the model itself; fetch it with "git lfs pull"',
  },
  { bytes: 'ORTM', at: 4, problem: 'it is in ORT format; serve the ONNX file behind it' },
  {
    bytes: 'PK\x03\x04',
    problem: 'it is a zip archive; unpack it (a PyTorch checkpoint is one too: export it to ONNX)',
  },
  { bytes: '\x1f\x8b', problem: 'it is compressed with gzip; unpack it' },
  { bytes: '\x28\xb5\x2f\xfd', problem: 'it is compressed with zstd; unpack it' },
  { bytes: '\xfd7zXZ\x00', problem: 'it is compressed with xz; unpack it' },
  { bytes: 'BZh', problem: 'it is compressed with bzip2; unpack it' },
  { bytes: 'ustar', at: 257, problem: 'it is a tar archive; unpack it' },
  { bytes: '\x89HDF\r\n\x1a\n', problem: 'it is an HDF5 file, as Keras saves; convert it to TFLite or ONNX' },
  { bytes: '\x93NUMPY', problem: 'it is a NumPy array, not a model' },
  { bytes: 'GGUF', problem: 'it is a GGUF file for llama.cpp; only ONNX and TFLite models are served' },
  {
    bytes: '{"',
    at: 8,
    problem: 'it is a safetensors file: weights without a graph; export the model to ONNX',
  },
  ...['\x80\x02', '\x80\x03', '\x80\x04', '\x80\x05'].map((bytes) => ({
    bytes,
    problem: 'it is a Python pickle, as PyTorch and scikit-learn save; export the model to ONNX',
  })),
  { bytes: '\x7fELF', problem: 'it is a program or library, not a model' },
  { bytes: '%PDF', problem: 'it is a PDF document, not a model' },
  { bytes: '\x89PNG', problem: 'it is an image, not a model' },
  { bytes: '\xff\xd8\xff', problem: 'it is an image, not a model' },
];

function textFormat(text: string): string {
  const start = text.trimStart().toLowerCase();
  if (start.startsWith('<!doctype html') || start.startsWith('<html')) {
    return 'it is an HTML page, not a model: the download probably answered with a web page';
  }
  if (start.startsWith('<?xml')) return 'it is an XML document; only ONNX and TFLite models are served';
  if (start.startsWith('{') || start.startsWith('[')) return 'it is a JSON text, not a model';
  return 'it is a text file, not a model';
}

/** Printable characters, white space and the bytes of UTF-8 beyond ASCII only. */
function isText(head: Uint8Array): boolean {
  return head.every((byte) => (byte >= 32 && byte !== 127) || (byte >= 9 && byte <= 13));
}
