import findMyWay from 'find-my-way';
import { invalid, ServingError } from '#core/errors.js';
import type { Method, Route } from '#protocol/exchange.js';

export interface Match extends RouteEntry {
  readonly params: Readonly<Record<string, string | undefined>>;
}

/** METHOD_NOT_ALLOWED, with what the `Allow` header has to say. */
export class MethodNotAllowed extends ServingError {
  readonly allow: string;

  constructor(method: string, path: string, allowed: readonly string[]) {
    const allow = allowed.join(', ');
    super('METHOD_NOT_ALLOWED', `${shorten(method)} is not allowed on ${shorten(path)}; allowed: ${allow}`);
    this.allow = allow;
  }
}

interface RouteEntry {
  readonly route: Route;
  /** `POST /v2/models/:model/infer`. Made once: requests are counted by it. */
  readonly operation: string;
}

export type FindRoute = (method: string, url: string) => Match;

const METHODS: readonly Method[] = ['GET', 'POST'];

/** Longer paths are nobody's model name. */
const MAX_PARAM_LENGTH = 1024;

/**
 * A matcher over the route table: with or without a trailing slash, HEAD as GET. It throws NOT_FOUND,
 * METHOD_NOT_ALLOWED (naming the allowed ones), or INVALID_ARGUMENT for a path that cannot be decoded.
 */
export function createRouter(routes: readonly Route[]): FindRoute {
  const router = findMyWay({
    ignoreTrailingSlash: true,
    maxParamLength: MAX_PARAM_LENGTH,
    defaultRoute: () => {},
    onBadUrl: () => {},
  });
  for (const route of routes) {
    const entry: RouteEntry = { route, operation: `${route.method} ${route.path}` };
    router.on(route.method, route.path, () => {}, entry);
  }
  const match = (method: Method, path: string): Match | null => {
    const found = router.find(method, path);
    if (!found?.store) return null;
    const { route, operation } = found.store as RouteEntry;
    return { route, operation, params: found.params };
  };
  return (method, url) => {
    const path = pathOf(url);
    const wanted = method === 'HEAD' ? 'GET' : method;
    const found = METHODS.includes(wanted as Method) ? match(wanted as Method, path) : null;
    if (found) return found;
    const allowed = METHODS.filter((each) => match(each, path));
    if (allowed.length === 0) throw new ServingError('NOT_FOUND', `there is no route ${shorten(path)}`);
    throw new MethodNotAllowed(method, path, allowed);
  };
}

function pathOf(url: string): string {
  const query = url.indexOf('?');
  const path = query === -1 ? url : url.slice(0, query);
  if (!path.includes('%')) return path;
  try {
    decodeURIComponent(path);
  } catch (cause) {
    throw invalid(`the path ${shorten(path)} has a percent sign that begins no character (${String(cause)})`);
  }
  return path;
}

function shorten(text: string): string {
  return text.length > 200 ? `${text.slice(0, 200)}…` : text;
}
