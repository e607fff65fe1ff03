import { ScrollBox } from '../parts/scroll-box.js';
import { MODEL_TEXT } from '../text/model-text.js';
import { useTexts } from '../text/text.js';
import type { ModelConfig, ModelMetadata, TensorMetadata } from './answers.js';

/** What the model takes and gives. */
export function Tensors({
  metadata,
  config,
}: {
  readonly metadata: ModelMetadata;
  readonly config: ModelConfig | null;
}) {
  const say = useTexts(MODEL_TEXT);
  const labels = new Map(config?.output?.map(({ name, label_filename: file }) => [name, file || null]));
  return (
    <section aria-labelledby="model-tensors">
      <h2 id="model-tensors">{say('tensors')}</h2>
      <ScrollBox label={say('tensors')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{say('direction')}</th>
              <th scope="col">{say('name')}</th>
              <th scope="col">{say('datatype')}</th>
              <th scope="col">{say('shape')}</th>
              <th scope="col">{say('labels')}</th>
            </tr>
          </thead>
          <tbody>
            {metadata.inputs.map((tensor) => (
              <Row key={tensor.name} direction={say('input')} tensor={tensor} labels={null} />
            ))}
            {metadata.outputs.map((tensor) => (
              <Row
                key={tensor.name}
                direction={say('output')}
                tensor={tensor}
                labels={labels.get(tensor.name) ?? null}
              />
            ))}
          </tbody>
        </table>
      </ScrollBox>
      <p class="faint">{say('anyLength')}</p>
    </section>
  );
}

function Row({
  direction,
  tensor: { name, datatype, shape },
  labels,
}: {
  readonly direction: string;
  readonly tensor: TensorMetadata;
  readonly labels: string | null;
}) {
  return (
    <tr>
      <td>{direction}</td>
      <th scope="row">
        <code>{name}</code>
      </th>
      <td>
        <code>{datatype}</code>
      </td>
      <td>
        <code>[{shape.join(', ')}]</code>
      </td>
      <td>{labels === null ? '–' : <code>{labels}</code>}</td>
    </tr>
  );
}
