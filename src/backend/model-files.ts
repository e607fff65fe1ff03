import { dirname, join } from 'node:path';
import { identify } from './identify.js';
import { readOnnxFile } from './onnxruntime/onnx-file.js';

/** The files that a sound model is made of: its own, and those beside it that hold weights of an ONNX model. */
export function modelFiles(path: string): readonly string[] {
  const identified = identify(path);
  if ('problem' in identified || identified.format !== 'onnx') return [path];
  const beside = [...readOnnxFile(path).external.keys()].sort();
  return [path, ...beside.map((name) => join(dirname(path), name))];
}
