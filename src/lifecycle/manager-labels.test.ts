/** Ensembles whose steps name a version by a label, which may be moved. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ensembleOf, offered } from '../../test/support/lifecycle.js';
import { loadedStage, stopAndCheck } from '../../test/support/model-stage.js';

const ensemble = ensembleOf('e', '1', 'm/stable');
const labelled = (version: string): ReturnType<typeof offered> =>
  offered('m', '1 2', { labels: { stable: version } });

test('a label is moved: the ensemble stays loaded, after it was seen to run on the other version', async () => {
  const stage = await loadedStage([labelled('1'), ensemble]);
  const { models, engines } = stage;
  const seen: string[] = [];
  engines.misfit = (steps) => {
    seen.push(...steps);
    return null;
  };
  const first = engines.of('e/1');
  await models.apply([labelled('2'), ensemble], true);
  assert.deepEqual([seen, first.isOpen, stage.servedBy('m/stable')], [['m/2@a'], true, 'm/2@a']);
  await stopAndCheck(stage);
});

test('a label is not moved to a version that an ensemble does not run on', async () => {
  const stage = await loadedStage([labelled('1'), ensemble]);
  const { models, engines } = stage;
  engines.misfit = (steps) => (steps.includes('m/2@a') ? 'another shape' : null);
  await assert.rejects(models.apply([labelled('2'), ensemble], true), {
    message: "nothing was changed: model 'e' version 1: another shape",
  });
  assert.deepEqual([stage.servedBy('m/stable'), stage.servedBy('e')], ['m/1@a', 'e/1@a']);
  await stopAndCheck(stage);
});

test('without the version that the label means, the ensemble says what it lacks', async () => {
  const stage = await loadedStage([labelled('1'), ensemble]);
  stage.engines.of('m/1').lose('killed');
  assert.match(
    stage.servedBy('e'),
    /step\[0\] cannot run, because model 'm' version 1 is not at ready state: it could not be loaded: killed$/,
  );
  await stopAndCheck(stage);
});
