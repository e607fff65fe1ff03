import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { type Sequence, sequenceProblem } from './sequence.js';

interface SequenceCardProps {
  readonly sequence: Sequence;
  /** A sequence of which nothing is heard for so long is forgotten. */
  readonly idleMs: number;
  readonly onSequence: (sequence: Sequence) => void;
}

/** Which sequence the request belongs to, and whether it is the first or the last of it. */
export function SequenceCard({ sequence, idleMs, onSequence }: SequenceCardProps) {
  const say = useTexts(TRY_TEXT);
  const problem = sequenceProblem(sequence);
  return (
    <section class="try-card">
      <div class="try-head">
        <h3>{say('sequence')}</h3>
        <label class="try-field">
          {say('sequenceId')}
          <input
            type="text"
            size={16}
            spellcheck={false}
            autocomplete="off"
            value={sequence.id}
            onInput={({ currentTarget }) => onSequence({ ...sequence, id: currentTarget.value })}
          />
        </label>
        <label class="try-check">
          <input
            type="checkbox"
            checked={sequence.isStart}
            onChange={({ currentTarget }) => onSequence({ ...sequence, isStart: currentTarget.checked })}
          />
          {say('sequenceStart')}
        </label>
        <label class="try-check">
          <input
            type="checkbox"
            checked={sequence.isEnd}
            onChange={({ currentTarget }) => onSequence({ ...sequence, isEnd: currentTarget.checked })}
          />
          {say('sequenceEnd')}
        </label>
      </div>
      {problem !== null && (
        <p class="try-problem" role="alert">
          {say(problem.key, problem.places)}
        </p>
      )}
      <p class="try-hint">{say('sequenceHint', { seconds: idleMs / 1000 })}</p>
    </section>
  );
}
