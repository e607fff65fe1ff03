import { CopyButton } from '../parts/copy-button.js';
import { ScrollBox } from '../parts/scroll-box.js';
import { eachSecond, figure, milliseconds } from '../plots/format.js';
import { LOAD_TEXT } from '../text/load-text.js';
import { useTexts } from '../text/text.js';
import { csvOf } from './csv.js';
import type { StepResult } from './load-run.js';

const COLUMNS = [
  'atOnceShort',
  'succeeded',
  'failed',
  'throughput',
  'p50',
  'p99',
  'serverRequest',
  'serverQueue',
  'serverCompute',
  'serverRows',
] as const;

/** What each step came to, as this browser saw it and as the server did. */
export function Results({ results }: { readonly results: readonly StepResult[] }) {
  const say = useTexts(LOAD_TEXT);
  const reasons = reasonsOf(results);
  return (
    <section aria-labelledby="load-results">
      <div class="bar">
        <h2 id="load-results">{say('results')}</h2>
        <CopyButton label={say('copyCsv')} textOf={() => csvOf(results)} />
      </div>
      <ScrollBox label={say('table')}>
        <table class="load-table">
          <thead>
            <tr>
              {COLUMNS.map((column) => (
                <th scope="col" key={column}>
                  {say(column)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {results.map((result) => (
              <Row key={result.summary.atOnce} result={result} />
            ))}
          </tbody>
        </table>
      </ScrollBox>
      {reasons.length > 0 && (
        <ul class="bad">
          {reasons.map(([reason, count]) => (
            <li key={reason}>
              {figure(count)} × {reason}
            </li>
          ))}
        </ul>
      )}
      <p class="faint">{say('serverNote')}</p>
    </section>
  );
}

function Row({ result: { summary, server } }: { readonly result: StepResult }) {
  return (
    <tr>
      <th scope="row">{summary.atOnce}</th>
      <td>{figure(summary.succeeded)}</td>
      <td class={summary.failed > 0 ? 'bad' : undefined}>{figure(summary.failed)}</td>
      <td>{eachSecond(summary.perSecond)}</td>
      <td>{milliseconds(summary.p50Ms)}</td>
      <td>{milliseconds(summary.p99Ms)}</td>
      <td>{milliseconds(server?.requestMs ?? null)}</td>
      <td>{milliseconds(server?.queueMs ?? null)}</td>
      <td>{milliseconds(server?.computeMs ?? null)}</td>
      <td>{figure(server?.rowsPerRun ?? null)}</td>
    </tr>
  );
}

function reasonsOf(results: readonly StepResult[]): readonly (readonly [string, number])[] {
  const sums = new Map<string, number>();
  for (const { summary } of results) {
    for (const [reason, count] of summary.reasons) sums.set(reason, (sums.get(reason) ?? 0) + count);
  }
  return [...sums];
}
