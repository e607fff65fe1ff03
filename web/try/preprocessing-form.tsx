import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { type Datatype, isFloat } from './datatype.js';
import { ORDERS, type Preprocessing, RANGES, type Range, RESIZES } from './preprocessing.js';

interface PreprocessingFormProps {
  readonly datatype: Datatype;
  readonly channels: number;
  /** Whether it could be a digit. */
  readonly canCentre: boolean;
  readonly value: Preprocessing;
  readonly onChange: (value: Preprocessing) => void;
}

/** How a picture becomes a tensor, to be seen and changed. */
export function PreprocessingForm({
  datatype,
  channels,
  canCentre,
  value,
  onChange,
}: PreprocessingFormProps) {
  const say = useTexts(TRY_TEXT);
  const ranges = RANGES.filter(
    (range) => isFloat(datatype) || range === 'byte' || range === rangeOfBytes(datatype),
  );
  return (
    <fieldset class="try-row">
      <legend>{say('preprocessing')}</legend>
      <Choice
        label={say('range')}
        words={ranges}
        word={value.range}
        textOf={(range) => say(`range_${range}`)}
        onWord={(range) => onChange({ ...value, range })}
      />
      {!value.centre && (
        <Choice
          label={say('resize')}
          words={RESIZES}
          word={value.resize}
          textOf={(resize) => say(`resize_${resize}`)}
          onWord={(resize) => onChange({ ...value, resize })}
        />
      )}
      {channels >= 3 && (
        <Choice
          label={say('order')}
          words={ORDERS}
          word={value.order}
          textOf={(order) => order}
          onWord={(order) => onChange({ ...value, order })}
        />
      )}
      <label class="try-check">
        <input
          type="checkbox"
          checked={value.invert}
          onChange={({ currentTarget }) => onChange({ ...value, invert: currentTarget.checked })}
        />
        {say('invert')}
      </label>
      {canCentre && (
        <label class="try-check">
          <input
            type="checkbox"
            checked={value.centre}
            onChange={({ currentTarget }) => onChange({ ...value, centre: currentTarget.checked })}
          />
          {say('centre')}
        </label>
      )}
    </fieldset>
  );
}

function rangeOfBytes(datatype: Datatype): Range {
  return datatype.startsWith('INT') ? 'shifted' : 'byte';
}

function Choice<Word extends string>({
  label,
  words,
  word,
  textOf,
  onWord,
}: {
  readonly label: string;
  readonly words: readonly Word[];
  readonly word: Word;
  readonly textOf: (word: Word) => string;
  readonly onWord: (word: Word) => void;
}) {
  return (
    <label class="try-field">
      {label}
      <select
        value={word}
        onChange={({ currentTarget }) => {
          const chosen = words.find((each) => each === currentTarget.value);
          if (chosen !== undefined) onWord(chosen);
        }}
      >
        {words.map((each) => (
          <option key={each} value={each}>
            {textOf(each)}
          </option>
        ))}
      </select>
    </label>
  );
}
