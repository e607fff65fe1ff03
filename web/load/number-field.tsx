import { useState } from 'preact/hooks';

/** A whole number from 1 to the most. What is typed on the way to one is left alone. */
export function NumberField({
  label,
  value,
  max,
  onValue,
}: {
  readonly label: string;
  readonly value: number;
  readonly max: number;
  readonly onValue: (value: number) => void;
}) {
  const [draft, setDraft] = useState<string | null>(null);
  return (
    <label>
      {label}{' '}
      <input
        type="number"
        required
        min={1}
        max={max}
        step={1}
        value={draft ?? value}
        onInput={({ currentTarget }) => {
          setDraft(currentTarget.value);
          if (currentTarget.checkValidity()) onValue(currentTarget.valueAsNumber);
        }}
        onBlur={() => setDraft(null)}
      />
    </label>
  );
}
