import { formatBytes } from '#core/format-bytes.js';

/** Beyond this many, further instances cost more memory than they save time: requests that wait are run as batches. */
const MOST_INSTANCES = 4;

/** All instances of a model together may take one part in so many of the memory. */
const MEMORY_PARTS = 4;

/** What there is to share out over the instances of a model on the CPU. */
export interface InstanceDemand {
  /** CPUs that this process may keep busy. 1 at least. */
  readonly cpus: number;
  /** Threads of one run, where the model's configuration says it. */
  readonly threads: number | null;
  readonly modelBytes: number;
  /** Bytes that this process may use. */
  readonly memoryBytes: number;
}

export interface InstanceShare {
  readonly instances: number;
  /** Of each. 1 at least. */
  readonly threads: number;
  /** Why so many, in words. */
  readonly reason: string;
}

/**
 * How many instances a model gets on the CPU when nobody says it. Several with few threads do more in the same time than
 * one with all of them, because a run is never wholly parallel; one with all of them answers a single request soonest.
 * A large model is loaded once: its weights are in every instance.
 */
export function instanceShare({ cpus, threads, modelBytes, memoryBytes }: InstanceDemand): InstanceShare {
  const wanted = Math.max(1, Math.min(MOST_INSTANCES, Math.floor(cpus / (threads ?? 1))));
  if (wanted > 1 && modelBytes * wanted > memoryBytes / MEMORY_PARTS) {
    return {
      instances: 1,
      threads: threads ?? cpus,
      reason: `${wanted} copies of ${formatBytes(modelBytes)} would take more than a quarter of ${formatBytes(memoryBytes)}`,
    };
  }
  return {
    instances: wanted,
    threads: threads ?? Math.max(1, Math.floor(cpus / wanted)),
    reason: `${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'} shared out`,
  };
}
