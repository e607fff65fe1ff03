import { Buffer } from 'node:buffer';
import { readFile } from 'node:fs/promises';
import { clip } from '#core/clip.js';
import { messageOf, ServingError } from '#core/errors.js';
import { loggerOf } from '#core/log.js';
import type { Exchange, Route } from '#protocol/exchange.js';
import { type Asset, answerWith, assetOf } from './asset.js';
import { PAGE, PAGE_SCRIPT, PAGE_STYLE } from './page.js';

const log = loggerOf('web::docs');

const CSS = 'text/css; charset=utf-8';
const SCRIPT = 'text/javascript; charset=utf-8';

/** What is ours. */
const OUR_FILES: Readonly<Record<string, readonly [type: string, text: string]>> = {
  'page.html': ['text/html; charset=utf-8', PAGE],
  'page.css': [CSS, PAGE_STYLE],
  'page.js': [SCRIPT, PAGE_SCRIPT],
};

/** What the page loads of the viewer. */
const VIEWER_FILES: Readonly<Record<string, string>> = {
  'swagger-ui.css': CSS,
  'swagger-ui-bundle.js': SCRIPT,
};

/** Where one of the viewer's files is. Throws where its package is not installed. */
export type FindFile = (name: string) => URL;

const findInstalled: FindFile = (name) => new URL(import.meta.resolve(`@fastify/swagger-ui/static/${name}`));

/**
 * The page that shows `/openapi.json` and lets it be tried, with all that it loads. Files are read when they are first
 * asked for. UNIMPLEMENTED where the viewer, an optional package, is not installed.
 */
export function docsRoutes(find: FindFile = findInstalled): readonly Route[] {
  const loaded = new Map<string, Asset>();
  const file = async (name: string): Promise<Asset> => {
    const asset = loaded.get(name) ?? (await readAsset(name, find));
    loaded.set(name, asset);
    return asset;
  };
  const get = (path: string, handle: Route['handle']): Route => ({
    method: 'GET',
    path,
    category: 'pages',
    takesBody: false,
    handle,
  });
  return [
    get('/docs', async (exchange: Exchange) => {
      // A page without its viewer would be empty, and would not say why.
      for (const name of Object.keys(VIEWER_FILES)) await file(name);
      return answerWith(await file('page.html'), exchange);
    }),
    get('/docs/:file', async (exchange: Exchange) =>
      answerWith(await file(exchange.params['file'] ?? ''), exchange),
    ),
  ];
}

/** Throws NOT_FOUND for any other name, UNIMPLEMENTED without the viewer. */
async function readAsset(name: string, find: FindFile): Promise<Asset> {
  const own = Object.hasOwn(OUR_FILES, name) ? OUR_FILES[name] : undefined;
  if (own !== undefined) return assetOf(Buffer.from(own[1]), own[0]);
  const type = Object.hasOwn(VIEWER_FILES, name) ? VIEWER_FILES[name] : undefined;
  if (type === undefined) throw new ServingError('NOT_FOUND', `there is no file '${clip(name)}' at /docs`);
  return assetOf(await readViewerFile(name, find), type);
}

async function readViewerFile(name: string, find: FindFile): Promise<Uint8Array> {
  try {
    return await readFile(find(name));
  } catch (cause) {
    log.debug(`the viewer's file ${name} cannot be read: ${messageOf(cause)}`);
    throw new ServingError(
      'UNIMPLEMENTED',
      "the page at /docs needs the package '@fastify/swagger-ui', which is not installed (npm leaves it out with --omit=optional); " +
        'the document itself is at /openapi.json',
      { cause },
    );
  }
}
