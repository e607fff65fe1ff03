import type { Texts } from './text.js';

type Key = 'place' | 'figures' | 'figuresOf';

export const PLOTS_TEXT: Texts<Key> = {
  en: {
    place: 'Place in the plot: {title}',
    figures: 'Figures',
    figuresOf: 'Figures: {title}',
  },
  ko: {
    place: '그래프 위치: {title}',
    figures: '수치 보기',
    figuresOf: '수치: {title}',
  },
};
