import { useState } from 'preact/hooks';
import { SHELL_TEXT } from '../text/shell-text.js';
import { LANGUAGES, language, setLanguage, useTexts } from '../text/text.js';
import { applyTheme, keptTheme, THEMES } from './theme.js';

const LANGUAGE_NAMES = { en: 'English', ko: '한국어' } as const;

/** Language and theme, kept where the browser keeps such things. */
export function Preferences() {
  const say = useTexts(SHELL_TEXT);
  const [theme, setTheme] = useState(keptTheme);
  return (
    <div class="preferences">
      <select
        aria-label={say('language')}
        value={language()}
        onChange={({ currentTarget }) => {
          const next = LANGUAGES.find((each) => each === currentTarget.value);
          if (next !== undefined) setLanguage(next);
        }}
      >
        {LANGUAGES.map((each) => (
          <option key={each} value={each} lang={each}>
            {LANGUAGE_NAMES[each]}
          </option>
        ))}
      </select>
      <select
        aria-label={say('theme')}
        value={theme}
        onChange={({ currentTarget }) => {
          const next = THEMES.find((each) => each === currentTarget.value) ?? 'system';
          applyTheme(next);
          setTheme(next);
        }}
      >
        {THEMES.map((each) => (
          <option key={each} value={each}>
            {say(each)}
          </option>
        ))}
      </select>
    </div>
  );
}
