import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname } from 'node:path';
import { clip } from '#core/clip.js';
import { ServingError } from '#core/errors.js';
import type { Exchange, Route } from '#protocol/exchange.js';
import { type Asset, answerWith, assetOf } from './asset.js';

/** The page as it was built, from the sources in `web/`. */
const BUILT = new URL('../../web/', import.meta.url);

/** What the page needs of its library, under the names that its import map has. */
const VENDOR: Readonly<Record<string, string>> = {
  'preact.js': 'preact',
  'hooks.js': 'preact/hooks',
  'jsx-runtime.js': 'preact/jsx-runtime',
};

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

const NAME = /^[a-z0-9][a-z0-9-]*\.(?:html|css|js|svg)$/;
const FOLDER = /^[a-z0-9-]+$/;

/** The dashboard at `/`, with all that it loads below `/ui`. Files are read when they are first asked for. */
export function dashboardRoutes(built: URL = BUILT): readonly Route[] {
  const loaded = new Map<string, Promise<Asset>>();
  const asset = (path: string): Promise<Asset> => {
    const known = loaded.get(path) ?? readAsset(path, built);
    loaded.set(path, known);
    // What was not there when it was asked for may be built later.
    known.catch(() => loaded.delete(path));
    return known;
  };
  const get = (path: string, pathOf: (exchange: Exchange) => string): Route => ({
    method: 'GET',
    path,
    category: 'pages',
    takesBody: false,
    handle: async (exchange) => answerWith(await asset(pathOf(exchange)), exchange),
  });
  return [
    get('/', () => 'index.html'),
    get('/ui/:file', ({ params }) => nameOf(params['file'])),
    get('/ui/:folder/:file', ({ params }) => {
      const { folder = '' } = params;
      if (!FOLDER.test(folder)) throw noSuchFile(folder);
      return `${folder}/${nameOf(params['file'])}`;
    }),
  ];
}

function nameOf(file = ''): string {
  if (!NAME.test(file)) throw noSuchFile(file);
  return file;
}

function noSuchFile(name: string): ServingError {
  return new ServingError('NOT_FOUND', `the dashboard has no file '${clip(name)}'`);
}

async function readAsset(path: string, built: URL): Promise<Asset> {
  let body: Uint8Array;
  try {
    body = await readFile(locate(path, built));
  } catch {
    throw noSuchFile(path);
  }
  const type = TYPES[extname(path)] ?? 'application/octet-stream';
  return assetOf(body, type, path === 'index.html' ? policyFor(body) : undefined);
}

function locate(path: string, built: URL): URL {
  const [folder, file = ''] = path.split('/');
  if (folder !== 'vendor') return new URL(path, built);
  const name = Object.hasOwn(VENDOR, file) ? VENDOR[file] : undefined;
  if (name === undefined) throw noSuchFile(path);
  return new URL(import.meta.resolve(name));
}

/** Its import map is the one script that stands in the page itself. */
function policyFor(page: Uint8Array): readonly string[] {
  const [, map = ''] = /<script type="importmap">(.*?)<\/script>/s.exec(new TextDecoder().decode(page)) ?? [];
  const digest = createHash('sha256').update(map).digest('base64');
  return [`script-src 'self' 'sha256-${digest}'`, "img-src 'self' data: blob:", 'media-src blob:'];
}
