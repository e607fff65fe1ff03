import { Buffer } from 'node:buffer';
import type { Serving } from '#serving/serving.js';
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

/** Whoever was cut off asks again after a second. */
const RETRY = 'retry: 1000\n\n';

/** The server as it is and as it becomes, as events: what the dashboard shows. */
export function liveRoutes(serving: Serving): readonly RestRoute[] {
  const broadcast = new LiveBroadcast(serving);
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
      () => ({ status: 200, headers: HEADERS, body: Buffer.from(RETRY), stream: broadcast.open() }),
    ),
  ];
}
