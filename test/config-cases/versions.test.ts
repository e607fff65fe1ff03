import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PLAIN_ROLE, type VersionRole } from '#lifecycle/traffic.js';
import { problemsOf, settingsOf } from './workbench.js';

/** A list of the model `m` in versions 1, 2, …, one for each list of further lines, which begin in line 5 of each. */
function list(...versions: readonly (readonly string[])[]): string {
  const entries = versions.map((lines, at) =>
    ['- name: m', '  model: m.onnx', `  version: "${at + 1}"`, ...lines.map((line) => `  ${line}`)].join(
      '\n',
    ),
  );
  return `model_config_list:\n${entries.join('\n')}\n`;
}

const read = (text: string) => ({ files: { 'm.yaml': text }, flags: { modelConfig: 'm.yaml' } });

const good: [what: string, lines: readonly string[], role: Partial<VersionRole> | undefined][] = [
  ['nothing', [], undefined],
  ['an empty list', ['version_labels: []'], undefined],
  ['labels', ['version_labels: [stable, "2024", b~1]'], { labels: ['stable', '2024', 'b~1'] }],
  ['a weight', ['traffic_weight: 0.5'], { weight: 0.5 }],
  ['a weight of 0', ['traffic_weight: 0'], { weight: 0 }],
  ['the latest', ['version_policy: {latest: {num_versions: 2}}'], { policy: { kind: 'latest', count: 2 } }],
  ['the latest one', ['version_policy: {latest: {}}'], { policy: { kind: 'latest', count: 1 } }],
  ['all', ['version_policy: {all: {}}'], { policy: { kind: 'all' } }],
  ['to make room first', ['update_policy: replace'], { update: 'replace' }],
  [
    'specific ones',
    ['version_policy: {specific: {versions: [1, "2"]}}'],
    { policy: { kind: 'specific', versions: ['1', '2'] } },
  ],
];
for (const [what, lines, role] of good) {
  test(`what an entry says of its version: ${what}`, () => {
    const others = lines.some((line) => line.startsWith('traffic_weight')) ? ['traffic_weight: 1'] : [];
    const [, second] = settingsOf(read(list(others, lines))).models;
    assert.deepEqual(second?.role, role && { ...PLAIN_ROLE, ...role });
  });
}

test('a shadow beside two that share', () => {
  const text = list(['traffic_weight: 9'], ['traffic_weight: 1'], ['shadow_percent: 12.5']);
  const roles = settingsOf(read(text)).models.map(({ role }) => role);
  assert.deepEqual(roles, [
    { ...PLAIN_ROLE, weight: 9 },
    { ...PLAIN_ROLE, weight: 1 },
    { ...PLAIN_ROLE, shadowPercent: 12.5 },
  ]);
});

test('entries may say the same policy, and different models have labels of their own', () => {
  const policy = 'version_policy: {specific: {versions: ["2", "1"]}}';
  const other = '- name: other\n  model: o.onnx\n  version_labels: [stable, "1"]\n';
  assert.deepEqual(problemsOf(read(list(['version_labels: [stable]', policy], [policy]) + other)), []);
});

const wrong: [versions: readonly (readonly string[])[], ...expected: string[]][] = [
  [[['version_labels: stable']], '5:19 [0].version_labels: expected a list, found "stable"'],
  [
    [['version_labels: [a/b]']],
    '5:20 [0].version_labels[0]: the label "a/b" may only have the characters A-Z a-z 0-9 - . _ ~ ! $ & \' ( ) * + , ; = : @',
  ],
  [[['version_labels: [""]']], '5:20 [0].version_labels[0]: a label may not be empty'],
  [[['version_labels: [..]']], '5:20 [0].version_labels[0]: the label ".." would vanish from a URL path'],
  [
    [['version_labels: [stable]'], ['version_labels: [canary, stable]']],
    '9:28 [1].version_labels[1]: the label "stable" was given to version 1 before, at m.yaml:5:20: model_config_list[0].version_labels[0]',
  ],
  [
    [['version_labels: [a, a]']],
    '5:23 [0].version_labels[1]: the label "a" was given to version 1 before, at m.yaml:5:20: model_config_list[0].version_labels[0]',
  ],
  [
    [['version_labels: ["2"]'], []],
    '5:20 [0].version_labels[0]: the label 2 is also a version of the model "m"; expected another',
  ],
  [[['traffic_weight: -1']], '5:19 [0].traffic_weight: expected a number from 0 to 1000000, found -1'],
  [
    [['traffic_weight: 0'], ['traffic_weight: 0'], []],
    '5:19 [0].traffic_weight: no version of the model has more than 0; requests without a version need one',
  ],
  [[[], ['shadow_percent: 101']], '8:19 [1].shadow_percent: expected a number from 0 to 100, found 101'],
  [
    [['shadow_percent: 100']],
    '5:19 [0].shadow_percent: there is no other version of the model whose requests it could get copies of',
  ],
  [
    [[], ['shadow_percent: 100'], ['shadow_percent: 50']],
    '12:19 [2].shadow_percent: version 2 is the shadow already, at m.yaml:8:19: model_config_list[1].shadow_percent; expected one',
  ],
  [
    [[], ['shadow_percent: 100', 'traffic_weight: 5']],
    '9:19 [1].traffic_weight: a shadow answers no requests; expected shadow_percent or traffic_weight',
  ],
  [
    [['sequence_batching: {}'], ['shadow_percent: 100']],
    '9:19 [1].shadow_percent: requests of sequences cannot be copied, and version 1 has sequence_batching',
  ],
  [
    [[], ['shadow_percent: 100', 'sequence_batching: {}']],
    '8:19 [1].shadow_percent: requests of sequences cannot be copied, and version 2 has sequence_batching',
  ],
  [[['update_policy: swap']], '5:18 [0].update_policy: expected one of overlap, replace, found "swap"'],
  [
    [['update_policy: replace'], ['update_policy: overlap']],
    '9:18 [1].update_policy: it is not the update_policy that the model has at m.yaml:5:18: model_config_list[0].update_policy',
  ],
  [
    [['version_policy: latest']],
    '5:19 [0].version_policy: expected a mapping with one of the keys latest, all, specific, found "latest"',
  ],
  [[['version_policy: {}']], '5:19 [0].version_policy: expected one of latest, all, specific, found none'],
  [
    [['version_policy: {all: {}, latest: {}}']],
    '5:19 [0].version_policy: expected one of latest, all, specific, found 2',
  ],
  [
    [['version_policy: {latest: {num_versions: 0}}']],
    '5:43 [0].version_policy.latest.num_versions: expected an integer from 1 to 1000000, found 0',
  ],
  [
    [['version_policy: {specific: {versions: []}}']],
    '5:41 [0].version_policy.specific.versions: expected at least one version, found none',
  ],
  [
    [['version_policy: {specific: {versions: [1, 9]}}']],
    '5:19 [0].version_policy: the model has no version 9; configured: 1',
  ],
  [
    [['version_policy: {latest: {}}'], ['version_policy: {all: {}}']],
    '9:19 [1].version_policy: it is not the policy that the model has at m.yaml:5:19: model_config_list[0].version_policy',
  ],
  [
    [['traffic_weight: 1', 'version_policy: {latest: {}}'], ['traffic_weight: 1'], []],
    '5:19 [0].traffic_weight: version 1 is not loaded: version_policy does not choose it',
    '10:19 [1].traffic_weight: version 2 is not loaded: version_policy does not choose it',
  ],
  [
    [[], ['shadow_percent: 1', 'version_policy: {specific: {versions: [1]}}']],
    '8:19 [1].shadow_percent: version 2 is not loaded: version_policy does not choose it',
  ],
];
for (const [versions, ...expected] of wrong) {
  const shown = versions.map((lines) => lines.join(', ') || 'nothing').join(' | ');
  test(`a contradiction is told with its place: ${shown}`, () => {
    assert.deepEqual(
      problemsOf(read(list(...versions))),
      expected.map((problem) => `m.yaml:${problem.replace(' ', ': model_config_list')}`),
    );
  });
}
