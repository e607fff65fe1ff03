import { Buffer } from 'node:buffer';
import type { Access } from '#core/access.js';
import type { Serving } from '#serving/serving.js';
import { seenBy, whileAllowed } from './live-access.js';
import { LiveBroadcast } from './live-broadcast.js';
import { LIVE_FRAME } from './live-schema.js';
import type { RestRoute } from './operation.js';
import { get } from './route.js';

/** Nothing between the server and its reader may keep events, or gather them. */
const HEADERS: Readonly<Record<string, string>> = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-store',
  'x-accel-buffering': 'no',
};

const MAX_SIGHTS = 100;

/** Whoever was cut off asks again after a second. */
const RETRY = 'retry: 1000\n\n';

/** The server as it is and as it becomes, as events: what the dashboard shows. */
export function liveRoutes(serving: Serving): readonly RestRoute[] {
  const broadcasts = new Map<string, LiveBroadcast>();
  /** Who sees the same models, looks at the same stream. */
  const broadcastFor = (access: Access | undefined): LiveBroadcast => {
    const sight = access?.sight;
    const key = sight?.key ?? '';
    const known = broadcasts.get(key);
    if (known !== undefined) return known;
    const made = new LiveBroadcast(sight === undefined ? serving : seenBy(serving, sight));
    // After many changes of the rules some are nobody's any more; those that are looked at go on.
    if (broadcasts.size >= MAX_SIGHTS) broadcasts.clear();
    broadcasts.set(key, made);
    return made;
  };
  return [
    get(
      '/v2/live',
      {
        id: 'live',
        tag: 'server',
        category: 'dashboard',
        summary: 'Models, statistics and devices as they change, once a second',
        description:
          'Server-sent events without an end. The data of each is the JSON of a `LiveFrame`: the first tells everything, those after it what has changed.',
        answers: {
          200: {
            description: 'The events.',
            content: { 'text/event-stream': { schema: { type: 'string', contentSchema: LIVE_FRAME } } },
          },
        },
        errors: ['UNAVAILABLE'],
      },
      ({ call: { access } }) => {
        const stream = broadcastFor(access).open();
        return {
          status: 200,
          headers: HEADERS,
          body: Buffer.from(RETRY),
          stream: whileAllowed(stream, access),
        };
      },
    ),
  ];
}
