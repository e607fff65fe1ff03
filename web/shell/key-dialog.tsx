import { useState } from 'preact/hooks';
import { apiKey, giveApiKey, useWanted } from '../api-key.js';
import { Dialog } from '../parts/dialog.js';
import { SHELL_TEXT } from '../text/shell-text.js';
import { useTexts } from '../text/text.js';

/** Asks for a key where the server wants one. It is kept for this tab alone. */
export function KeyDialog() {
  const say = useTexts(SHELL_TEXT);
  const isWanted = useWanted();
  const [key, setKey] = useState('');
  if (!isWanted) return null;
  return (
    <Dialog label="key-heading" onClose={() => {}}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (key.trim() === '') return;
          giveApiKey(key);
          setKey('');
        }}
      >
        <h2 id="key-heading">{say('keyWanted')}</h2>
        <p>{say(apiKey() === null ? 'keyNone' : 'keyWrong')}</p>
        <label>
          {say('key')}{' '}
          <input
            type="password"
            autoComplete="off"
            value={key}
            onInput={(event) => setKey(event.currentTarget.value)}
          />
        </label>
        <p>
          <button type="submit">{say('keyUse')}</button>
        </p>
      </form>
    </Dialog>
  );
}
