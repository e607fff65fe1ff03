import { useEffect, useState } from 'preact/hooks';

/** Where in the dashboard somebody is: what the address says behind `#`. */
export type Route =
  | { readonly view: 'models' }
  | { readonly view: 'model'; readonly model: string; readonly version: string | null }
  | { readonly view: 'try'; readonly model: string; readonly version: string | null }
  | { readonly view: 'load'; readonly model: string | null }
  | { readonly view: 'devices' };

/** `#/models/mnist/1/try` and its like. What means nothing is the list of models. */
export function routeOf(hash: string): Route {
  const [view, ...rest] = hash.replace(/^#\/?/, '').split('/').map(decode);
  if (view === 'devices') return { view };
  if (view === 'load') return { view, model: rest[0] || null };
  const [model] = rest;
  if (view !== 'models' || !model) return { view: 'models' };
  const last = rest.at(-1);
  const isTry = rest.length > 1 && last === 'try';
  const version = rest[1] !== undefined && !(isTry && rest.length === 2) ? rest[1] : null;
  return { view: isTry ? 'try' : 'model', model, version };
}

export function hrefOf(route: Route): string {
  const parts = ((): (string | null)[] => {
    switch (route.view) {
      case 'models':
        return ['models'];
      case 'devices':
        return ['devices'];
      case 'load':
        return ['load', route.model];
      case 'model':
        return ['models', route.model, route.version];
      case 'try':
        return ['models', route.model, route.version, 'try'];
    }
  })();
  return `#/${parts
    .filter((part) => part !== null)
    .map(encodeURIComponent)
    .join('/')}`;
}

export function useRoute(): Route {
  const [route, setRoute] = useState(() => routeOf(location.hash));
  useEffect(() => {
    const listen = (): void => setRoute(routeOf(location.hash));
    addEventListener('hashchange', listen);
    return () => removeEventListener('hashchange', listen);
  }, []);
  return route;
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
