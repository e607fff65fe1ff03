import { Supervisor } from './supervisor.js';

/**
 * Runs `furiosa server` under a supervisor. Answers the exit status when there is no server any more.
 *
 * @param argv the words after the program's name
 */
export function supervise(argv: readonly string[]): Promise<number> {
  return new Promise((resolve) => {
    const supervisor = new Supervisor(argv, resolve);
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => supervisor.stop(signal));
    process.on('SIGHUP', () => supervisor.pass('SIGHUP'));
    process.on('SIGUSR2', () => supervisor.replace());
    supervisor.start();
  });
}
