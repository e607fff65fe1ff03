import type { Texts } from './text.js';

type Key =
  | ('devices' | 'device' | 'kind' | 'state' | 'holder' | 'models' | 'busy' | 'temperature' | 'threads')
  | (
      | 'alive'
      | 'dead'
      | 'shared'
      | 'free'
      | 'simulated'
      | 'busyOf'
      | 'explained'
      | 'none'
      | 'waitingForServer'
    )
  | ('npu' | 'cpu' | 'cuda' | 'firmware' | 'driver');

export const DEVICES_TEXT: Texts<Key> = {
  en: {
    devices: 'Devices',
    device: 'Device',
    kind: 'Kind',
    state: 'State',
    holder: 'Held by',
    models: 'Models on it',
    busy: 'Busy',
    temperature: 'Temperature',
    threads: 'Threads',
    alive: 'alive',
    dead: 'does not answer',
    shared: 'shared by all',
    free: 'nobody',
    simulated: 'simulated',
    busyOf: '{part}, {runs} of {instances} copies at work',
    explained:
      'Busy is the part of the last ten seconds in which the engines of the models on a device were running, the mean of their copies. It is what this server made the device do, not what the hardware counts.',
    none: 'There are no devices.',
    waitingForServer: 'Waiting for the server …',
    npu: 'NPU',
    cpu: 'CPU',
    cuda: 'GPU (CUDA)',
    firmware: 'firmware {version}',
    driver: 'driver {version}',
  },
  ko: {
    devices: '장치',
    device: '장치',
    kind: '종류',
    state: '상태',
    holder: '점유',
    models: '실행 중인 모델',
    busy: '사용률',
    temperature: '온도',
    threads: '스레드',
    alive: '정상',
    dead: '응답 없음',
    shared: '모두 공유',
    free: '없음',
    simulated: '시뮬레이션',
    busyOf: '{part}, 인스턴스 {instances}개 중 {runs}개 동작',
    explained:
      '사용률은 최근 10초 중 이 장치의 모델 엔진이 실행된 시간의 비율(인스턴스 평균). 하드웨어 측정값이 아니라 이 서버가 시킨 작업 기준.',
    none: '장치 없음.',
    waitingForServer: '서버를 기다리는 중 …',
    npu: 'NPU',
    cpu: 'CPU',
    cuda: 'GPU (CUDA)',
    firmware: '펌웨어 {version}',
    driver: '드라이버 {version}',
  },
};
