/** Notes the runs that a server in this process does, for whoever asks for them afterwards. */
import { type RequestRecord, requestChannel } from '#core/request-record.js';
import type { EngineRun } from './engine-pace.js';
import { steadyMs } from './metronome.js';

export interface NoteOrder {
  /** Begins to note runs, or ends it and answers with those that were noted. */
  readonly runs: 'note' | 'tell';
}

const notes = new Map<string, EngineRun>();

/** Of the requests that were in one run, one makes it known: the nanoseconds of a run are as good as its name. */
function note(message: unknown): void {
  const { facts } = message as RequestRecord;
  if (facts.phases === null) return;
  const { runNs, batchRows: rows } = facts.phases;
  const name = `${rows} ${runNs}`;
  if (!notes.has(name)) notes.set(name, { endedAt: steadyMs(), rows, ms: runNs / 1e6 });
}

/** What is to be answered. */
export function obey({ runs }: NoteOrder): readonly EngineRun[] {
  if (runs === 'note') {
    notes.clear();
    requestChannel.subscribe(note);
    return [];
  }
  requestChannel.unsubscribe(note);
  return [...notes.values()];
}
