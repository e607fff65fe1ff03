import { useState } from 'preact/hooks';
import { bytes } from '../plots/format.js';
import { LOAD_TEXT } from '../text/load-text.js';
import { useTexts } from '../text/text.js';
import type { Fill } from './elements.js';
import { NumberField } from './number-field.js';
import { LOAD_LIMITS, mostAtOnce, type Plan, planOf } from './plan.js';
import { freeAxes, type LoadInput, shapesWith, tensorBytes } from './request-body.js';
import { refusalOf } from './use-load.js';

/** What to send, how many at once, and for how long. */
export function LoadForm({
  inputs,
  isRunning,
  onStart,
  onStop,
}: {
  readonly inputs: readonly LoadInput[];
  readonly isRunning: boolean;
  readonly onStart: (inputs: readonly LoadInput[], fill: Fill, plan: Plan) => void;
  readonly onStop: () => void;
}) {
  const say = useTexts(LOAD_TEXT);
  const most = mostAtOnce(protocolOfPage());
  const [fill, setFill] = useState<Fill>('random');
  const [lengths, setLengths] = useState<ReadonlyMap<string, number>>(new Map());
  const [atOnce, setAtOnce] = useState(Math.min(most, 16));
  const [seconds, setSeconds] = useState(3);
  const shaped = shapesWith(inputs, lengths);
  const refusal = refusalOf(shaped, fill);
  const plan = planOf(Math.min(atOnce, most), seconds);
  const size = bytes(tensorBytes(shaped, fill));
  return (
    <form
      class="load-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (refusal === null) onStart(shaped, fill, plan);
      }}
    >
      <fieldset disabled={isRunning}>
        <legend>{say('what')}</legend>
        <label>
          {say('fill')}{' '}
          <select value={fill} onChange={(event) => setFill(event.currentTarget.value as Fill)}>
            <option value="random">{say('random')}</option>
            <option value="zeros">{say('zeros')}</option>
          </select>
        </label>
        {freeAxes(inputs).map(({ key, place }) => (
          <NumberField
            key={key}
            label={place === null ? say('rows') : say('axis', { input: place.input, axis: place.axis })}
            value={lengths.get(key) ?? 1}
            max={65_536}
            onValue={(length) => setLengths(new Map(lengths).set(key, length))}
          />
        ))}
        <NumberField label={say('atOnce')} value={atOnce} max={most} onValue={setAtOnce} />
        <NumberField label={say('seconds')} value={seconds} max={60} onValue={setSeconds} />
      </fieldset>
      <p class="faint">
        {say('planned', {
          steps: plan.steps.join(', '),
          seconds: plan.secondsEach,
          all: plan.steps.length * plan.secondsEach,
          size,
        })}
      </p>
      {refusal !== null && <p class="bad">{say(refusal, { size })}</p>}
      <p class="faint">{say(most === LOAD_LIMITS.atOnce ? 'http2' : 'http1', { most })}</p>
      <p class="load-warning">{say('warning')}</p>
      <div>
        {/* Both have their places, so that neither the focus nor the page jumps. */}
        <button type="submit" class="is-main" disabled={isRunning || refusal !== null}>
          {say('start')}
        </button>{' '}
        <button type="button" disabled={!isRunning} onClick={onStop}>
          {say('stop')}
        </button>
      </div>
    </form>
  );
}

/** `http/1.1` where the browser does not tell, which is the smaller promise. */
function protocolOfPage(): string {
  const [page] = performance.getEntriesByType('navigation');
  return page instanceof PerformanceNavigationTiming ? page.nextHopProtocol : 'http/1.1';
}
