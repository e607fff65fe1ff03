/** How the axes of a picture lie: ModelInput.Format of Triton. What is not said is FORMAT_NONE. */
export const TENSOR_FORMATS = ['FORMAT_NONE', 'FORMAT_NHWC', 'FORMAT_NCHW'] as const;

export type TensorFormat = (typeof TENSOR_FORMATS)[number];
