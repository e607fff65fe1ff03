import { Buffer } from 'node:buffer';
import type { ApiInfo } from './openapi.js';
import { openApiDocument } from './openapi.js';
import { jsonContent, type RestRoute } from './operation.js';
import { get, ok } from './route.js';

/**
 * `GET /openapi.json`: the document of these routes and of itself, made when it is first asked for.
 *
 * @param info asked then too
 */
export function openApiRoute(routes: readonly RestRoute[], info: () => ApiInfo): RestRoute {
  let written: Buffer | null = null;
  const route: RestRoute = get(
    '/openapi.json',
    {
      id: 'openApi',
      tag: 'server',
      category: 'dashboard',
      summary: 'This document',
      answers: {
        200: {
          description: 'An OpenAPI 3.1 document.',
          content: jsonContent({ type: 'object', required: ['openapi'] }),
        },
      },
      errors: [],
    },
    () => {
      written ??= Buffer.from(JSON.stringify(openApiDocument([...routes, route], info())));
      return { ...ok(written), isCompressible: true };
    },
  );
  return route;
}
