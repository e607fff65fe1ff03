import type { ModelFolder } from './model-folder.js';

/** Writes a new version of a model and has the server load it; settles when it serves. Rejects with what the server said. */
export async function reloadModel(restPort: number, model: ModelFolder): Promise<void> {
  const generation = model.writeNext();
  const url = `http://127.0.0.1:${restPort}/v2/repository/models/${model.name}/load`;
  const answer = await fetch(url, { method: 'POST', body: '{}' });
  const text = await answer.text();
  if (answer.status !== 200) throw new Error(`${model.name} ${generation} could not be loaded: ${text}`);
  model.serving = Math.max(model.serving, generation);
  model.removeBefore(generation);
}
