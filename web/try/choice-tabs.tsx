interface ChoiceTabsProps<Word extends string> {
  /** What is chosen, for those who do not see it. */
  readonly label: string;
  readonly words: readonly Word[];
  readonly word: Word;
  readonly textOf: (word: Word) => string;
  readonly onWord: (word: Word) => void;
}

/** One of a few, each a button. Nothing where there is no choice. */
export function ChoiceTabs<Word extends string>({
  label,
  words,
  word,
  textOf,
  onWord,
}: ChoiceTabsProps<Word>) {
  if (words.length < 2) return null;
  return (
    <fieldset class="try-tabs" aria-label={label}>
      {words.map((each) => (
        <button key={each} type="button" aria-pressed={word === each} onClick={() => onWord(each)}>
          {textOf(each)}
        </button>
      ))}
    </fieldset>
  );
}
