import { readFileSync } from 'node:fs';
import { errorOf, refusalOf } from '#cli/ask-server.js';
import { operationFailed, usageError } from '#cli/command-failure.js';
import { printable } from '#cli/printable.js';
import { whileWorking } from '#cli/progress.js';
import { messageOf } from '#core/errors.js';
import { listModels } from './list.js';
import { failed, type ManagedServer, tell } from './managed-server.js';
import type { ModelsContext } from './models-context.js';

export interface LoadOptions {
  /** Loads anew what is ready already. */
  readonly force?: boolean;
  /** A JSON file with the configuration to load the model with. */
  readonly config?: string;
}

/** Has the server load a model, waits until it is ready, and prints its versions. */
export async function loadModel(
  server: ManagedServer,
  name: string,
  { force = false, config }: LoadOptions,
  context: ModelsContext,
): Promise<number> {
  const parameters = {
    ...(force ? { force } : {}),
    ...(config === undefined ? {} : { config: readModelConfig(server, config) }),
  };
  const path = `v2/repository/models/${encodeURIComponent(name)}/load`;
  const body = Object.keys(parameters).length === 0 ? {} : { parameters };
  const work = tell(server, { method: 'POST', path, body, limitMs: null });
  const answer = await whileWorking(() => `loading ${printable(name)}`, work, context);
  if (answer.status !== 200) throw failed(server, errorOf(answer.body) ?? refusalOf(answer));
  return listModels(server, name, {}, context);
}

/** The text of the file, which must be a JSON object: the server would say no better what is wrong with it. */
function readModelConfig({ command }: ManagedServer, path: string): string {
  if (/\.pbtxt$/i.test(path)) {
    throw usageError(
      command,
      `option '--config' must be a JSON file; protobuf text such as '${path}' is not read yet`,
    );
  }
  const text = attempt(command, path, () => readFileSync(path, 'utf8').replace(/^\ufeff/, ''));
  const value = attempt(command, path, () => JSON.parse(text) as unknown);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return text;
  throw operationFailed(command, `${path}: a JSON object was expected, such as {"max_batch_size": 8}`);
}

function attempt<Result>(command: string, path: string, read: () => Result): Result {
  try {
    return read();
  } catch (thrown) {
    const message = messageOf(thrown);
    throw operationFailed(command, message.includes(path) ? message : `${path}: ${message}`);
  }
}
