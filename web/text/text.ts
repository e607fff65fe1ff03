import { useEffect, useState } from 'preact/hooks';

export const LANGUAGES = ['en', 'ko'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The texts of one part of the page, in every language. A text may have places, `{name}`. */
export type Texts<Key extends string> = Readonly<Record<Language, Readonly<Record<Key, string>>>>;

const KEPT = 'furiosa.language';
const listeners = new Set<() => void>();
let current: Language = first();

function first(): Language {
  const kept = localStorage.getItem(KEPT);
  if (kept !== null && isLanguage(kept)) return kept;
  return navigator.languages.some((each) => each.startsWith('ko')) ? 'ko' : 'en';
}

function isLanguage(text: string): text is Language {
  return (LANGUAGES as readonly string[]).includes(text);
}

export function language(): Language {
  return current;
}

export function setLanguage(next: Language): void {
  current = next;
  localStorage.setItem(KEPT, next);
  document.documentElement.lang = next;
  for (const listener of [...listeners]) listener();
}

export type Say<Key extends string> = (
  key: Key,
  places?: Readonly<Record<string, string | number>>,
) => string;

/** Says things in the language that is chosen; the component is drawn again when that changes. */
export function useTexts<Key extends string>(texts: Texts<Key>): Say<Key> {
  const [, redraw] = useState(0);
  useEffect(() => {
    const listener = (): void => redraw((count) => count + 1);
    listeners.add(listener);
    return () => void listeners.delete(listener);
  }, []);
  return (key, places = {}) =>
    texts[current][key].replace(/\{(\w+)\}/g, (whole, place: string) => String(places[place] ?? whole));
}
