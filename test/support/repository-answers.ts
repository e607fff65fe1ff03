/** A version as furiosa-server tells of it at `GET /v2/repository/models`. */
export function version(name: string, state: string, more: object = {}): object {
  const instances = state === 'READY' ? 1 : 0;
  const known = {
    ...{ wanted: true, platform: 'cpu', devices: ['cpu'], memory_bytes: 1500, inference_count: 7 },
    ...{ isolation: 'thread', restarts: { crash: 0, killed: 0, hang: 0, load: 0 } },
  };
  return { version: name, state, reason: '', ...known, instances, ...more };
}

/** A model with these versions, as the same route tells of it. */
export function model(name: string, ...versions: object[]): object {
  const settings = { policy: { all: {} }, labels: {}, split: null, shadow: null };
  return { name, source: 'models.yaml', fault: null, ...settings, versions };
}

export const LIST = 'GET /v2/repository/models';
export const MNIST: object = model('mnist', version('1', 'READY'));
export const IRIS: object = model(
  'iris',
  version('1', 'UNAVAILABLE', { reason: 'iris.onnx: there is no such file' }),
);

/** What `furiosa models` prints of `MNIST` alone. */
export const MNIST_TABLE: string = [
  'MODEL  VERSION  STATE  DEVICE  MEMORY  REQUESTS',
  'mnist  1        READY  cpu     1.5 kB  7',
  '',
].join('\n');
