import { useRoute } from './route.js';
import { Devices } from './views/devices.js';
import { LoadTest } from './views/load.js';
import { ModelPage } from './views/model.js';
import { Models } from './views/models.js';
import { TryIt } from './views/try.js';

/** The whole page: what is always there, and the view that the address names. */
export function App() {
  const route = useRoute();
  return <main>{viewOf(route)}</main>;
}

function viewOf(route: ReturnType<typeof useRoute>) {
  switch (route.view) {
    case 'models':
      return <Models />;
    case 'model':
      return <ModelPage model={route.model} version={route.version} />;
    case 'try':
      return <TryIt key={`${route.model}/${route.version}`} model={route.model} version={route.version} />;
    case 'load':
      return <LoadTest model={route.model} />;
    case 'devices':
      return <Devices />;
  }
}
