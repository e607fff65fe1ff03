import type { Texts } from './text.js';

type Key =
  | ('skip' | 'navigation' | 'models' | 'devices' | 'load' | 'try')
  | ('keyWanted' | 'keyNone' | 'keyWrong' | 'key' | 'keyUse')
  | ('language' | 'theme' | 'system' | 'light' | 'dark')
  | ('connecting' | 'ready' | 'notReady' | 'lost' | 'lostAt' | 'up' | 'memory' | 'cpu');

export const SHELL_TEXT: Texts<Key> = {
  en: {
    skip: 'Skip to the content',
    navigation: 'Views',
    models: 'Models',
    devices: 'Devices',
    load: 'Load test',
    try: 'Try it',
    keyWanted: 'This server asks for a key',
    keyNone: 'It is kept until this tab is closed, and sent to this server alone.',
    keyWrong: 'The key that was given is not valid any more, or never was.',
    key: 'API key',
    keyUse: 'Use this key',
    language: 'Language',
    theme: 'Theme',
    system: 'System',
    light: 'Light',
    dark: 'Dark',
    connecting: 'Connecting …',
    ready: 'Ready',
    notReady: 'Not ready',
    lost: 'Connection lost',
    lostAt:
      'The server does not answer. What is shown is from {time}; the page goes on by itself when the server is back.',
    up: 'up {time}',
    memory: '{bytes} memory',
    cpu: '{cores} cores busy',
  },
  ko: {
    skip: '본문으로 건너뛰기',
    navigation: '화면',
    models: '모델',
    devices: '장치',
    load: '부하 테스트',
    try: '실행해 보기',
    keyWanted: '이 서버는 API 키가 필요함',
    keyNone: '키는 이 탭을 닫을 때까지만 보관되며 이 서버에만 보냄.',
    keyWrong: '입력한 키가 유효하지 않음.',
    key: 'API 키',
    keyUse: '키 사용',
    language: '언어',
    theme: '테마',
    system: '시스템',
    light: '밝게',
    dark: '어둡게',
    connecting: '연결 중 …',
    ready: '준비됨',
    notReady: '준비 안 됨',
    lost: '연결 끊김',
    lostAt: '서버가 응답하지 않음. 표시된 값은 {time} 기준이며, 서버가 돌아오면 자동으로 이어짐.',
    up: '가동 {time}',
    memory: '메모리 {bytes}',
    cpu: 'CPU 코어 {cores}개 사용',
  },
};
