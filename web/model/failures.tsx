import type { VersionStats } from '../live-types.js';
import { ScrollBox } from '../parts/scroll-box.js';
import { clockTime, figure } from '../plots/format.js';
import { MODEL_TEXT } from '../text/model-text.js';
import { useTexts } from '../text/text.js';

/** What the version did not answer, and why: how often since it was loaded, and the last of them. */
export function Failures({ stats }: { readonly stats: VersionStats }) {
  const say = useTexts(MODEL_TEXT);
  const reasons = Object.entries(stats.failure_reasons).filter(([, count]) => count > 0);
  const latest = [...stats.recent_failures].sort((a, b) => b.at_ms - a.at_ms);
  return (
    <section aria-labelledby="model-failures">
      <h2 id="model-failures">{say('failures')}</h2>
      <p class="faint">
        {reasons.length === 0
          ? say('noFailures')
          : `${say('sinceLoaded')} ${reasons.map(([reason, count]) => `${reason} ${figure(count)}`).join(', ')}`}
      </p>
      {latest.length > 0 && (
        <ScrollBox label={say('failures')}>
          <table>
            <thead>
              <tr>
                <th scope="col">{say('time')}</th>
                <th scope="col">{say('reason')}</th>
                <th scope="col">{say('sentence')}</th>
              </tr>
            </thead>
            <tbody>
              {latest.map(({ at_ms: atMs, reason, message }, at) => (
                <tr key={`${atMs} ${latest.length - at}`}>
                  <td>{clockTime(atMs, true)}</td>
                  <td>{reason}</td>
                  <td class="model-sentence">{message}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollBox>
      )}
    </section>
  );
}
