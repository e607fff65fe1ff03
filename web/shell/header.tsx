import { type Live, useLive } from '../live.js';
import { hrefOf, type Route } from '../route.js';
import { SHELL_TEXT } from '../text/shell-text.js';
import { useTexts } from '../text/text.js';
import { durationText } from './duration.js';
import { Preferences } from './preferences.js';

const VIEWS = [
  { key: 'models', route: { view: 'models' }, views: ['models', 'model', 'try'] },
  { key: 'devices', route: { view: 'devices' }, views: ['devices'] },
  { key: 'load', route: { view: 'load', model: null }, views: ['load'] },
] as const satisfies readonly {
  readonly key: string;
  readonly route: Route;
  readonly views: readonly Route['view'][];
}[];

/** What is always there: what server this is, how it does, and where one can go. */
export function Header({ view }: { readonly view: Route['view'] }) {
  const say = useTexts(SHELL_TEXT);
  const live = useLive();
  return (
    <header class="top">
      <div class="top-line">
        <a class="brand" href={hrefOf({ view: 'models' })}>
          {live.server?.name ?? 'furiosa-server'} <span class="faint">{live.server?.version}</span>
        </a>
        <nav aria-label={say('navigation')}>
          {VIEWS.map(({ key, route, views }) => {
            const isHere = views.some((each) => each === view);
            return (
              <a key={key} href={hrefOf(route)} aria-current={isHere ? 'page' : undefined}>
                {say(key)}
              </a>
            );
          })}
        </nav>
        <Health live={live} />
        <Preferences />
      </div>
      {live.server !== null && !live.isConnected && (
        <p class="lost">{say('lostAt', { time: new Date(live.atMs).toLocaleTimeString() })}</p>
      )}
    </header>
  );
}

function Health({ live: { isConnected, server } }: { readonly live: Live }) {
  const say = useTexts(SHELL_TEXT);
  const state = stateOf(isConnected, server?.ready ?? null);
  return (
    <p class="health">
      <span role="status" class={`state state-${state}`}>
        {say(state)}
      </span>
      {server !== null && <span class="faint">{say('up', { time: durationText(server.uptime_ms) })}</span>}
    </p>
  );
}

function stateOf(
  isConnected: boolean,
  isReady: boolean | null,
): 'connecting' | 'lost' | 'ready' | 'notReady' {
  if (isReady === null) return 'connecting';
  if (!isConnected) return 'lost';
  return isReady ? 'ready' : 'notReady';
}
