import type { Route } from '../route.js';

/** What the browser calls the page: the narrowest first, since tabs are narrow. */
export function titleOf(
  route: Route,
  names: Readonly<Record<'models' | 'devices' | 'load' | 'try', string>>,
  server: string,
): string {
  return [...partsOf(route, names), server].join(' · ');
}

function partsOf(
  route: Route,
  names: Readonly<Record<'models' | 'devices' | 'load' | 'try', string>>,
): readonly string[] {
  switch (route.view) {
    case 'models':
      return [names.models];
    case 'devices':
      return [names.devices];
    case 'load':
      return [...(route.model === null ? [] : [route.model]), names.load];
    case 'model':
      return [modelOf(route)];
    case 'try':
      return [names.try, modelOf(route)];
  }
}

function modelOf({ model, version }: { readonly model: string; readonly version: string | null }): string {
  return version === null ? model : `${model} ${version}`;
}
