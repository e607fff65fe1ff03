/**
 * A whole server in a process of its own, whose one model is loaded again whenever its parent says so. It answers its
 * ports first, and to each message null when it is done, or what went wrong.
 */
import { build } from '#app/build.js';
import { fileStateOf } from '#app/fingerprint.js';
import { systemClock } from '#core/clock.js';
import { messageOf } from '#core/errors.js';
import { LogControl } from '#core/log-settings.js';
import { ListSource } from '#repository/list-source.js';
import type { ModelFileNow } from '#repository/url-file.js';
import { MODEL_NAME, type ReloadOrder } from './reload-order.js';
import { GRPC, offerOf, settingsOf } from './server.js';

const locate = async (path: string): Promise<ModelFileNow> => ({ path, state: await fileStateOf(path) });

async function obey({ versions, isForced = false }: ReloadOrder): Promise<void> {
  if (versions === null) return await models.unload(MODEL_NAME);
  const configured = versions.map((each) => offerOf({ name: MODEL_NAME, ...each }));
  for (const offered of await new ListSource(configured, locate).all()) {
    models.offer({ ...offered, policy: { kind: 'latest', count: 1 } });
  }
  await models.load(MODEL_NAME, { isForced });
}

const { models, listener, grpcListener } = await build(
  settingsOf([], { grpc: GRPC }),
  systemClock,
  new LogControl('ERROR'),
  null,
);
const ports = { rest: await listener.open(), grpc: await grpcListener?.open() };
process.on('message', (order: ReloadOrder) => {
  obey(order).then(
    () => process.send?.({ fault: null }),
    (thrown: unknown) => process.send?.({ fault: messageOf(thrown) }),
  );
});
process.on('SIGTERM', () => process.exit(0));
process.on('disconnect', () => process.exit(0));
process.send?.(ports);
