import { MODELS_TEXT } from '../text/models-text.js';
import { useTexts } from '../text/text.js';

/** What to do where there is nothing to show. */
export function NoModels() {
  const say = useTexts(MODELS_TEXT);
  return (
    <section class="empty">
      <h2>{say('emptyHead')}</h2>
      <p>{say('emptyText')}</p>
      <pre>furiosa server --model-config samples/model_config_example.yaml</pre>
      <p>{say('emptyRepository')}</p>
      <pre>furiosa server --model-repository models</pre>
    </section>
  );
}
