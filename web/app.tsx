import { useEffect, useRef } from 'preact/hooks';
import { keepHistory } from './history.js';
import { type Route, useRoute } from './route.js';
import { Header } from './shell/header.js';
import { KeyDialog } from './shell/key-dialog.js';
import { titleOf } from './shell/title.js';
import { SHELL_TEXT } from './text/shell-text.js';
import { language, useTexts } from './text/text.js';
import { Devices } from './views/devices.js';
import { LoadTest } from './views/load.js';
import { ModelPage } from './views/model.js';
import { Models } from './views/models.js';
import { TryIt } from './views/try.js';

/** The whole page: what is always there, and the view that the address names. */
export function App() {
  const say = useTexts(SHELL_TEXT);
  const route = useRoute();
  const main = useRef<HTMLElement | null>(null);
  const isFirst = useRef(true);
  useEffect(keepHistory, []);
  useEffect(() => {
    document.documentElement.lang = language();
    const names = { models: say('models'), devices: say('devices'), load: say('load'), try: say('try') };
    document.title = titleOf(route, names, 'furiosa-server');
  });
  useEffect(() => {
    // Whoever follows a link is at the beginning of what it leads to, as on any page.
    if (!isFirst.current) {
      main.current?.focus({ preventScroll: true });
      scrollTo(0, 0);
    }
    isFirst.current = false;
  }, [route]);
  return (
    <>
      {/* biome-ignore lint/a11y/useValidAnchor: it leads to a place on this page, as a skip link does. */}
      <a
        class="skip"
        href="#main"
        onClick={(event) => {
          // What is behind `#` is the route.
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {say('skip')}
      </a>
      <KeyDialog />
      <Header view={route.view} />
      <main ref={main} id="main" tabIndex={-1}>
        {viewOf(route)}
      </main>
    </>
  );
}

function viewOf(route: Route) {
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
