import type { Call } from '#core/call.js';
import type { Clock, Timer } from '#core/clock.js';
import { type Deferred, deferred } from '#core/deferred.js';
import { ServingError } from '#core/errors.js';
import { atTurnEnd } from '#core/turn-end.js';
import { type QueueLoad, refusalOf } from './admission.js';
import { batchKey } from './batch-key.js';
import type { BatchLayout } from './batch-layout.js';
import { batchLimits } from './batch-limits.js';
import type { CoreShare, CoreShares } from './core-shares.js';
import { DrainRate } from './drain-rate.js';
import { expectedWaitMs } from './expected-wait.js';
import { cancelled, expired } from './given-up.js';
import { hopelessAmong } from './hopeless.js';
import { InOrder } from './in-order.js';
import type { Lane } from './lane.js';
import { type BatchLimits, nextMove, rowsOf } from './next-move.js';
import type { BatchingOptions, QueueOptions, SchedulerOptions } from './options.js';
import type { RunReport } from './run-batch.js';
import type { Runner } from './runner.js';
import { RunnerPool } from './runner-pool.js';
import { Runs } from './runs.js';
import { joinResults, splitJob } from './split-job.js';
import { type Job, newTask, type Submitter, type Task, type TaskResult } from './task.js';
import { termsOf } from './terms.js';
import { WaitingRoom } from './waiting-room.js';
import { atTime, type TaskOwner, watchTask } from './watch-task.js';

export interface SchedulerParts {
  readonly options: SchedulerOptions;
  readonly layout: BatchLayout;
  readonly clock: Clock;
  /** For log lines, for instance `mnist/1`. */
  readonly label: string;
  /** The cores that its runs share with those of other models; null where they share none. */
  readonly cores: CoreShares | null;
  /** Hears of every run of the model that succeeded. */
  readonly onRun: (report: RunReport) => void;
}

/** A batch that should leave. */
interface Sending {
  readonly kind: 'send';
  readonly tasks: readonly Task[];
  /** The most rows that it could have had. */
  readonly mostRows: number;
}

/**
 * Holds the waiting tasks of one model version. Whenever a runner could take something, it is given the best batch that
 * there is. Every task is settled exactly once: done, refused, expired or cancelled. What is decided here is decided
 * by pure functions (next-move, admission, run-ahead, core-shares); this obeys.
 */
export class Scheduler implements Submitter {
  readonly #batching: BatchingOptions;
  readonly #parts: SchedulerParts;
  readonly #clock: Clock;
  readonly #room = new WaitingRoom();
  readonly #owner: TaskOwner = {
    isWaiting: (task) => this.#room.has(task),
    drop: (task, error) => this.#drop(task, error),
  };
  readonly #drain = new DrainRate();
  readonly #order: InOrder | null;
  readonly #share: CoreShare | null;
  readonly #pool: RunnerPool;
  readonly #runs: Runs;
  /** Came in this turn of the event loop; nobody watches yet whether their callers stay. */
  #unwatched: Task[] = [];
  /** Were answered without having been run to the end. */
  readonly #dropped = new WeakSet<Task>();
  #isDue = false;
  #wakeUp: Timer | null = null;
  #stopped: Deferred<void> | null = null;

  constructor(parts: SchedulerParts) {
    this.#parts = parts;
    this.#batching = parts.options.batching;
    this.#clock = parts.clock;
    this.#order = this.#batching.preserveOrdering ? new InOrder() : null;
    this.#share = parts.cores?.join(() => this.#dispatchSoon()) ?? null;
    this.#pool = new RunnerPool(this.#share);
    this.#runs = this.#newRuns();
  }

  #newRuns(): Runs {
    const room = this.#room;
    return new Runs({
      ...this.#parts,
      pool: this.#pool,
      drain: this.#drain,
      allowedRows: this.#batching.allowedRows,
      waiting: {
        get areAny() {
          return room.rows > 0;
        },
        dispatch: () => this.#dispatch(),
        isWanted: (task) => this.#isWanted(task),
        waitAgain: (tasks, lane) => this.#waitAgain(tasks, lane),
      },
    });
  }

  /** Gives the scheduler a runner. `onLost` hears of the end of the last one. */
  add(runner: Runner, onLost: (reason: string) => void): void {
    this.#pool.add(runner);
    runner.listen({
      available: () => this.#dispatchSoon(),
      lost: (reason) => {
        this.#pool.remove(runner);
        if (this.#pool.size > 0) return;
        this.#refuseWaiting(new ServingError('UNAVAILABLE', `the model cannot run: ${reason}`));
        onLost(reason);
      },
    });
  }

  /** Requests that wait. */
  get waiting(): number {
    return this.#room.size;
  }

  /** For how many milliseconds the first of them has waited; 0 where none does. */
  get oldestMs(): number {
    const { oldestAt } = this.#room;
    return oldestAt === null ? 0 : this.#clock.now() - oldestAt;
  }

  /**
   * Runs the model for a job, together with others where that pays. Rejects with OVERLOADED at once when too much waits
   * or the deadline could not be kept, with DEADLINE_EXCEEDED at the deadline, with CANCELLED when the caller leaves
   * while it waits, else as the runner did.
   */
  submit(job: Job, call: Call): Promise<TaskResult> {
    let answer: Promise<TaskResult>;
    try {
      answer = this.#admit(job, call);
    } catch (thrown) {
      return Promise.reject(thrown);
    }
    return this.#order === null ? answer : this.#order.add(answer);
  }

  /** Takes nothing new, lets what waits and runs finish, and settles when all is answered. */
  stop(): Promise<void> {
    this.#stopped ??= deferred();
    this.#settleStop();
    // Nobody else comes, so that nobody need wait for others.
    this.#dispatchSoon();
    return this.#stopped.promise;
  }

  #admit(job: Job, call: Call): Promise<TaskResult> {
    if (this.#stopped) throw new ServingError('UNAVAILABLE', 'the model is being unloaded');
    if (this.#pool.size === 0) throw new ServingError('UNAVAILABLE', 'the model cannot run');
    const enqueuedAt = this.#clock.now();
    const { options, layout } = this.#parts;
    const { priority, deadline, delayedAt, policy } = termsOf(job.schedule, call, options.queue, enqueuedAt);
    const { maxRows } = this.#batching;
    const jobs = maxRows > 0 && job.rows > maxRows ? splitJob(job, maxRows, layout) : [job];
    const tasks = jobs.map((each) => newTask(each, call, { enqueuedAt, priority, deadline }));
    const key = batchKey(job.inputs, layout);
    const asker = {
      rows: job.rows,
      byteLength: tasks.reduce((sum, { byteLength }) => sum + byteLength, 0),
      slackMs: deadline === null ? null : deadline - enqueuedAt,
    };
    const refuse = (predictedMs: number | null): ServingError | null => {
      const load = this.#room.loadFor(priority);
      const bounds = boundsBesideIdle(options.queue, load, this.#pool.idle);
      return refusalOf(asker, load, bounds, policy, predictedMs);
    };
    const predict = (): number | null => this.#predictMs(job.rows, key, priority);
    if (refuse(asker.slackMs === null ? null : predict()) !== null) {
      // What came in this turn of the event loop may not have been given to idle runners yet.
      this.#dispatch();
      const refusal = refuse(predict());
      if (refusal !== null) throw refusal;
    }
    for (const task of tasks) this.#enter(task, key, delayedAt);
    const [only] = tasks;
    return only !== undefined && tasks.length === 1 ? only.answer.promise : this.#together(tasks);
  }

  #predictMs(rows: number, key: string, priority: number): number | null {
    const { isOn, maxRows } = this.#batching;
    return expectedWaitMs({
      rows,
      ahead: this.#room.before(priority),
      cost: this.#room.statsOf(key).cost,
      mostRows: isOn ? Math.max(1, maxRows) : 1,
      msPerRow: this.#drain.msPerRow,
      runners: this.#pool,
      nextDoneInMs: this.#pool.nextDoneAt - this.#clock.now(),
    });
  }

  #enter(task: Task, key: string, delayedAt: number | null): void {
    this.#room.statsOf(key).returns.arrived(task.job.rows, task.enqueuedAt);
    this.#room.push(task, key);
    this.#unwatched.push(task);
    if (delayedAt !== null) atTime(task, delayedAt, this.#clock, () => this.#room.delay(task));
    this.#dispatchSoon();
  }

  /** The parts of one request: its answer is all of theirs, and the failure of one is its own. */
  async #together(tasks: readonly Task[]): Promise<TaskResult> {
    try {
      return joinResults(await Promise.all(tasks.map(({ answer }) => answer.promise)), this.#parts.layout);
    } catch (thrown) {
      for (const task of tasks) this.#drop(task, ServingError.from(thrown));
      throw thrown;
    }
  }

  #dispatchSoon(): void {
    if (this.#isDue) return;
    this.#isDue = true;
    atTurnEnd(() => {
      this.#isDue = false;
      this.#dispatch();
      this.#watch();
    });
  }

  /** Gives runners what there is for them. */
  #dispatch(): void {
    this.#wakeUp?.cancel();
    this.#wakeUp = null;
    let until: number | null = null;
    const look = (): boolean => {
      until = null;
      for (const lane of this.#room.lanes()) {
        const move = this.#moveOf(lane);
        if (move.kind === 'send') return this.#send(lane, move);
        if (until === null || move.until < until) until = move.until;
      }
      return false;
    };
    while (this.#pool.hasPlace(this.#clock.now()) && look());
    this.#wakeAt(until);
    if (this.#room.size === 0) this.#share?.satisfied();
  }

  /** Looks again at that time; where nothing waits for a time, when a runner should be given its next run. */
  #wakeAt(until: number | null): void {
    if (this.#room.size === 0) return;
    const now = this.#clock.now();
    const handOverInMs = this.#pool.handOverInMs(now);
    const delayMs = until === null ? handOverInMs : Math.max(0, until - now);
    // Whoever should have its next run by now, and was not given it, gets it when it is done.
    if (delayMs === null || (until === null && delayMs <= 0)) return;
    this.#wakeUp = this.#clock.startTimer(delayMs, () => this.#dispatch());
  }

  /** What to do with a lane, once those are gone for whom it is too late. */
  #moveOf(lane: Lane): Sending | { readonly kind: 'wait'; readonly until: number } {
    const now = this.#clock.now();
    const { cost, returns } = lane.stats;
    const limits = this.#limits(lane);
    const { mostRows } = limits;
    let front = lane.front(mostRows);
    const late = hopelessAmong(front, cost.foresee(rowsOf(front)), lane.rows, now);
    for (const task of late) this.#drop(task, expired('would have passed before its answer was there'));
    if (late.length > 0) front = lane.front(mostRows);
    const [first] = front;
    // One under which a runner died waits for nobody.
    if (first === undefined || first.crashes > 0) return { kind: 'send', tasks: front, mostRows };
    const outlook = {
      line: cost.line,
      expected: returns.expected(now),
      idleRunners: this.#pool.idle,
    };
    const move = nextMove({ front, rows: lane.rows }, limits, outlook, now);
    return move.kind === 'wait' ? move : { kind: 'send', tasks: front.slice(0, move.count), mostRows };
  }

  #limits({ stats, rows, head }: Lane): BatchLimits {
    const rowBytes = head === null ? 0 : head.byteLength / Math.max(1, head.job.rows);
    const load = { cost: stats.cost, rows, rowBytes, canBatch: stats.canBatch };
    const limits = batchLimits(this.#batching, load);
    return this.#stopped === null ? limits : { ...limits, preferredRows: [], maxDelayMs: 0 };
  }

  /** Whether there was a runner for them. */
  #send(lane: Lane, { tasks, mostRows }: Sending): boolean {
    // All of the lane turned out to be too late: there may be other lanes.
    if (tasks.length === 0) return true;
    const pooled = this.#pool.pick({ waitingRows: this.#room.rows, mostRows }, this.#clock.now());
    if (pooled === null) return false;
    for (const task of tasks) this.#room.take(task);
    void this.#runs.run(lane, tasks, pooled).finally(() => {
      this.#settleStop();
      this.#dispatchSoon();
    });
    return true;
  }

  /** Whether anybody still waits for the answer of a task that waits no longer in the room. */
  #isWanted(task: Task): boolean {
    if (task.call.signal.aborted) this.#drop(task, cancelled());
    return !this.#dropped.has(task);
  }

  /** They have waited before, and their runner was lost: they are the first to have another. */
  #waitAgain(tasks: readonly Task[], lane: Lane): void {
    const wanted = tasks.filter((task) => this.#isWanted(task));
    if (this.#pool.size === 0) {
      for (const task of wanted) task.answer.reject(new ServingError('UNAVAILABLE', 'the model cannot run'));
      return;
    }
    this.#room.pushFront(wanted, lane.key);
    this.#unwatched.push(...wanted);
  }

  /** Lets a task go that waits no longer, or whose answer nobody waits for any more, for whatever reason. */
  #drop(task: Task, error: ServingError): void {
    this.#room.take(task);
    this.#dropped.add(task);
    task.answer.reject(error);
    this.#settleStop();
  }

  /** What came in this turn is watched from now on: for its deadline, and while it waits for its caller. */
  #watch(): void {
    const unwatched = this.#unwatched;
    this.#unwatched = [];
    for (const task of unwatched) watchTask(task, this.#owner, this.#clock);
  }

  #refuseWaiting(error: ServingError): void {
    for (const task of this.#room.clear()) task.answer.reject(error);
    this.#settleStop();
  }

  #settleStop(): void {
    if (this.#stopped === null || this.#runs.running > 0) return;
    if (this.#room.size > 0 && this.#pool.size > 0) return;
    for (const task of this.#room.clear())
      task.answer.reject(new ServingError('UNAVAILABLE', 'the model was unloaded'));
    this.#wakeUp?.cancel();
    this.#share?.leave();
    this.#stopped.resolve();
  }
}

/** What a runner that has nothing to do takes need not wait: one more than may, and of any size where it is the first. */
function boundsBesideIdle(bounds: QueueOptions, { size }: QueueLoad, idleRunners: number): QueueOptions {
  if (idleRunners === 0) return bounds;
  const more = { ...bounds, maxSize: bounds.maxSize + 1 };
  return size > 0 ? more : { ...more, maxRows: null, maxBytes: null };
}
