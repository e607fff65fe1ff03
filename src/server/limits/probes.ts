const REST = /^\/(metrics$|v2\/health\/|v2\/models\/.*\/ready$)/;
const GRPC = /^\/(grpc\.health\.v1\.Health\/|inference\.GRPCInferenceService\/(Server|Model)(Live|Ready)$)/;

/** Whether a path, of a route or of a remote procedure, asks how the server or a model is. */
export function isProbe(path: string): boolean {
  return REST.test(path) || GRPC.test(path);
}
