import type { BalancerName } from './balancer.js';
import type { Deed, Done } from './deeds.js';
import type { Shares } from './evenness.js';
import type { Counts, Failure, Kind } from './load.js';

/** What came of one deed. */
export interface DeedResult {
  readonly deed: Deed;
  readonly done: Done;
  readonly counts: Counts;
  /** Requests that the balancer sent to another replica too. */
  readonly sentAgain: Readonly<Record<Kind, number>>;
  readonly failures: readonly Failure[];
  readonly before: Shares;
  readonly after: Shares;
}

export interface SceneResult {
  readonly balancer: BalancerName;
  readonly replicas: number;
  readonly network: 'namespaces' | 'loopback';
  readonly deeds: readonly DeedResult[];
  /** What the balancer said that it should not have to say. */
  readonly complaints: string;
}

const STREAM = 'a stream is one call for as long as it lasts, and part of it may have been answered';

/** What a balancer cannot send again once a replica has heard of it, and why. Everything else must not fail. */
export const NOT_SENT_AGAIN: Readonly<Record<BalancerName, Readonly<Partial<Record<Kind, string>>>>> = {
  nginx: {
    grpc: 'nginx passes gRPC on as it comes and keeps nothing that it could send again',
    stream: STREAM,
  },
  haproxy: {
    large: 'HAProxy keeps what fits into `tune.bufsize`, 128 KiB here',
    stream: STREAM,
  },
};

/** Whether requests of a kind may fail: the replica that has them is gone at once, and nobody can send them again. */
export function mayFail(balancer: BalancerName, deed: Deed, kind: Kind): boolean {
  return (deed === 'kill' || deed === 'freeze') && NOT_SENT_AGAIN[balancer][kind] !== undefined;
}

/** A sentence for everything that is not as it should be. */
export function faultsOf({ balancer, replicas, deeds, complaints }: SceneResult): readonly string[] {
  const faults = deeds.flatMap(({ deed, done, failures }) => {
    const lost = failures.filter(({ kind }) => !mayFail(balancer, deed, kind));
    const where = `${deed} of ${replicas} replicas behind ${balancer}`;
    return [
      ...lost.slice(0, 10).map(({ kind, words }) => `${where}: a request failed, ${kind}: ${words}`),
      ...done.uncleanEnds.map((status) => `${where}: a replica ended with ${status}`),
      ...(done.turnsUntilEven.includes(null) ? [`${where}: the load did not get even again`] : []),
    ];
  });
  return complaints === '' ? faults : [...faults, `${balancer} complained: ${complaints.trim()}`];
}
