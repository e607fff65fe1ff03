import { useMemo, useState } from 'preact/hooks';
import { useTexts } from '../text/text.js';
import { TRY_TEXT } from '../text/try-text.js';
import { ChoiceTabs } from './choice-tabs.js';
import { numbersOf } from './elements.js';
import type { Labels } from './label-texts.js';
import type { OutputSpec } from './model-facts.js';
import { type OutputView, viewsOf } from './output-of.js';
import type { OutputProps } from './output-props.js';
import type { Picture } from './picture.js';
import { PictureOutput } from './picture-output.js';
import { RawOutput } from './raw-output.js';
import { ScoreBars } from './score-bars.js';
import { shapeText } from './shape.js';
import { TableOutput } from './table-output.js';
import { TextOutput } from './text-output.js';
import type { Tensor } from './wire.js';

interface OutputCardProps {
  readonly tensor: Tensor;
  readonly spec: OutputSpec;
  readonly seen: Picture | null;
  readonly labels: Labels;
}

/** One output, in the form that fits it, and in others. */
export function OutputCard({ tensor, spec, seen, labels }: OutputCardProps) {
  const say = useTexts(TRY_TEXT);
  const views = viewsOf(tensor.datatype, tensor.shape, spec.shape);
  const [chosen, setChosen] = useState<OutputView | null>(null);
  const view = chosen !== null && views.includes(chosen) ? chosen : (views[0] ?? 'raw');
  const values = useMemo(() => numbersOf(tensor.datatype, tensor.bytes), [tensor]);
  return (
    <section class="try-card">
      <div class="try-head">
        <h3>{tensor.name}</h3>
        <code>
          {tensor.datatype} {shapeText(tensor.shape)}
        </code>
        <ChoiceTabs
          label={say('viewOf', { name: tensor.name })}
          words={views}
          word={view}
          textOf={(each) => say(`view_${each}`)}
          onWord={setChosen}
        />
      </div>
      <Body view={view} tensor={tensor} spec={spec} values={values} seen={seen} labels={labels} />
    </section>
  );
}

function Body({
  view,
  labels,
  ...props
}: OutputProps & { readonly view: OutputView; readonly labels: Labels }) {
  switch (view) {
    case 'bars':
      return <ScoreBars {...props} labels={labels} />;
    case 'picture':
      return <PictureOutput {...props} />;
    case 'table':
      return <TableOutput {...props} />;
    case 'text':
      return <TextOutput {...props} />;
    case 'raw':
      return <RawOutput {...props} />;
  }
}
