import type { Invocation } from '#cli/parse.js';
import { type ListOptions, listModels } from './list.js';
import { type LoadOptions, loadModel } from './load.js';
import { managedServer } from './managed-server.js';
import type { ModelsContext } from './models-context.js';
import { planReload, reload } from './reload.js';
import { unloadModel } from './unload.js';

const DEFAULT_TIMEOUT_S = 60;

/** Does what `furiosa models ...` asks for, and answers the exit status. */
export async function runModels(
  { path, values, argument }: Invocation,
  env: Readonly<Record<string, string | undefined>>,
  context: ModelsContext,
): Promise<number> {
  const server = managedServer(`furiosa ${path}`, values, env);
  const name = argument ?? '';
  switch (path) {
    case 'models load':
      return loadModel(server, name, values as LoadOptions, context);
    case 'models unload': {
      const { 'with-dependents': withDependents, timeout } = values as {
        'with-dependents'?: boolean;
        timeout?: number;
      };
      const timeoutMs = (timeout ?? DEFAULT_TIMEOUT_S) * 1000;
      return unloadModel(server, name, { withDependents: withDependents === true, timeoutMs }, context);
    }
    case 'models plan':
      return planReload(server, context);
    case 'models reload':
      return reload(server, context);
    default:
      return listModels(server, argument, values as ListOptions, context);
  }
}
