import { suggest } from '#cli/suggest.js';
import { failed, type ManagedServer, read } from './managed-server.js';
import type { ModelsContext } from './models-context.js';
import { printModels, printModelsJson } from './print-models.js';
import { decodeModels, type RepositoryModel } from './repository-model.js';
import { sourcesThatAreAway } from './repository-source.js';

export interface ListOptions {
  readonly json?: boolean;
  readonly wide?: boolean;
}

/** Prints the models of the server, or the one of that name. */
export async function listModels(
  server: ManagedServer,
  name: string | null,
  { json = false, wide = false }: ListOptions,
  { terminal }: Pick<ModelsContext, 'terminal'>,
): Promise<number> {
  const models = await read(server, 'v2/repository/models', decodeModels);
  const shown = name === null ? models : [named(server, name, models)];
  if (json) printModelsJson(shown, terminal);
  else printModels(shown, wide, terminal);
  if (!json && name === null)
    for (const { name: source, fault } of await sourcesThatAreAway(server))
      terminal.writeError(`${server.command}: ${source} cannot be looked at: ${fault}\n`);
  return 0;
}

function named(server: ManagedServer, name: string, models: readonly RepositoryModel[]): RepositoryModel {
  const found = models.find((model) => model.name === name);
  if (found !== undefined) return found;
  const meant = suggest(
    name,
    models.map((model) => model.name),
  );
  const hint = meant === null ? '' : `; did you mean '${meant}'?`;
  throw failed(server, `there is no model '${name}' at ${server.url}${hint}`);
}
