import { useState } from 'preact/hooks';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { ChoiceTabs } from './choice-tabs.js';
import { type EditorKind, editorsOf, type InputSpec } from './editor-of.js';
import { FillEditor } from './fill-editor.js';
import { ImageEditor } from './image-editor.js';
import type { EditorProps, InputValue } from './input-value.js';
import { NumberEditor } from './number-editor.js';
import type { Problem } from './problem.js';
import { shapeText } from './shape.js';
import { SwitchEditor } from './switch-editor.js';
import { TextEditor } from './text-editor.js';

interface InputCardProps extends EditorProps<InputSpec> {
  readonly keptAs: string;
  readonly problem: Problem | null;
  readonly isReady: () => boolean;
}

/** One input: the editor that fits it best, and the choice of the others. */
export function InputCard({ spec, keptAs, problem, isReady, onValue }: InputCardProps) {
  const say = useTexts(TRY_TEXT);
  const editors = editorsOf(spec);
  const [kind, setKind] = useState<EditorKind>(editors[0] ?? 'fill');
  return (
    <section class="try-card">
      <div class="try-head">
        <h3>{spec.name}</h3>
        <code>
          {spec.datatype} {shapeText(spec.shape)}
        </code>
        <ChoiceTabs
          label={say('editorOf', { name: spec.name })}
          words={editors}
          word={kind}
          textOf={(each) => say(`editor_${each}`)}
          onWord={setKind}
        />
      </div>
      <Editor kind={kind} spec={spec} keptAs={keptAs} isReady={isReady} onValue={onValue} />
      {problem !== null && (
        <p class="try-problem" role="alert">
          {say(problem.key, problem.places)}
        </p>
      )}
    </section>
  );
}

interface EditorChoice {
  readonly kind: EditorKind;
  readonly spec: InputSpec;
  readonly keptAs: string;
  readonly isReady: () => boolean;
  readonly onValue: (value: InputValue) => void;
}

function Editor({ kind, keptAs, isReady, ...props }: EditorChoice) {
  switch (kind) {
    case 'image':
      return <ImageEditor {...props} keptAs={keptAs} isReady={isReady} />;
    case 'numbers':
      return <NumberEditor {...props} />;
    case 'text':
      return <TextEditor {...props} />;
    case 'switch':
      return <SwitchEditor {...props} />;
    case 'fill':
      return <FillEditor {...props} />;
  }
}
