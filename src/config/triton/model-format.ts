import type { Place } from '#config/problem.js';
import type { Report } from '#config/report.js';
import { didYouMean } from '#config/schema.js';
import { clip } from '#core/clip.js';

/** What kind of thing the model is. */
export type ModelFormat = 'onnx' | 'tflite' | 'ensemble';

/** Triton's words for platforms and backends; those for TFLite are of backends that others have made for it. */
const FORMATS: Readonly<Record<string, ModelFormat>> = {
  onnxruntime_onnx: 'onnx',
  onnxruntime: 'onnx',
  litert_tflite: 'tflite',
  litert: 'tflite',
  tensorflow_lite: 'tflite',
  tflite: 'tflite',
  armnn_tflite: 'tflite',
  ensemble: 'ensemble',
};

/** What `GET …/config` calls the platform of a model on an NPU, whatever its file. */
export const NPU = 'npu';

/** A word, and where it stands. */
export interface Said {
  readonly word: string | null;
  readonly place: Place;
}

/** What `platform` and `backend` say together; null where they leave it to the file. */
export function modelFormat(platform: Said, backend: Said, report: Report): ModelFormat | null {
  const byPlatform = platform.word === NPU ? null : formatOf(platform, report);
  const byBackend = formatOf(backend, report);
  if (byPlatform !== null && byBackend !== null && byPlatform !== byBackend) {
    report.problem(
      backend.place,
      `the backend ${backend.word} contradicts the platform ${platform.word}; expected one of them, or two that agree`,
    );
  }
  return byPlatform ?? byBackend;
}

function formatOf({ word, place }: Said, report: Report): ModelFormat | null {
  if (word === null) return null;
  const format = Object.hasOwn(FORMATS, word) ? FORMATS[word] : undefined;
  if (format !== undefined) return format;
  const names = Object.keys(FORMATS);
  const hint = didYouMean(word, names);
  report.problem(
    place,
    `models of ${JSON.stringify(clip(word))} are not served here; expected one of ${names.join(', ')}${hint}`,
  );
  return null;
}
