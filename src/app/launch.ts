import { extname } from 'node:path';
import type { Settings } from '#config/settings.js';
import { threadAhead } from '#device/thread-ahead.js';
import type { startServer } from './start.js';

/**
 * `startServer` for a process that has loaded nothing of the server yet: an engine thread comes up on another core while
 * this one loads it. What is only started ahead and used by nobody is ended once the models have settled.
 */
export async function launchServer(...order: Parameters<typeof startServer>): ReturnType<typeof startServer> {
  const [settings] = order;
  const engine = firstEngine(settings);
  if (engine !== null) threadAhead.start(engine);
  try {
    const { startServer } = await import('./start.js');
    const server = await startServer(...order);
    void server.modelsSettled.then(() => threadAhead.drop());
    return server;
  } catch (thrown) {
    void threadAhead.drop();
    throw thrown;
  }
}

/**
 * The engine of the first model that will be opened in a thread, as the name of its file has it; null where there is none
 * or its name tells nothing. A guess: whoever opens the model looks at what the file holds.
 */
export function firstEngine({
  models,
  control: { startWith },
}: Pick<Settings, 'models' | 'control'>): 'onnx' | 'tflite' | null {
  const loaded = models.filter(({ name }) => startWith?.includes(name) ?? true);
  const first = loaded.find(({ ensemble, isolation }) => ensemble === null && isolation.wall === 'thread');
  switch (extname(first?.path ?? '')) {
    case '.onnx':
      return 'onnx';
    case '.tflite':
      return 'tflite';
    default:
      return null;
  }
}
