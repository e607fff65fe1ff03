import { chosenVersions, EVERY_VERSION, type VersionPolicy } from '#lifecycle/version-policy.js';
import type { ModelEntry } from './model-entry.js';
import { quoted } from './node.js';
import { formatPlace, type Place } from './problem.js';
import type { Report } from './report.js';

/** Whether what the entries of each model say of its versions goes together. */
export function checkModelVersions(entries: readonly ModelEntry[], report: Report): void {
  const byName = new Map<string, ModelEntry[]>();
  for (const entry of entries) byName.set(entry.name, [...(byName.get(entry.name) ?? []), entry]);
  for (const versions of byName.values()) {
    checkLabels(versions, report);
    const policy = checkPolicy(versions, report);
    checkUpdate(versions, report);
    checkWeights(versions, report);
    checkShadow(versions, report);
    checkChosen(versions, policy, report);
  }
}

/** A label means one version, and is never taken for another. */
function checkLabels(entries: readonly ModelEntry[], report: Report): void {
  const versions = entries.map(({ version }) => version);
  const seen = new Map<string, { readonly version: string; readonly place: Place }>();
  for (const { name, version, among } of entries) {
    for (const { value: label, place } of among.labels) {
      const first = seen.get(label);
      const shown = `the label ${quoted(label)}`;
      if (versions.includes(label))
        report.problem(place, `${shown} is also a version of the model ${quoted(name)}; expected another`);
      else if (first !== undefined)
        report.problem(
          place,
          `${shown} was given to version ${quoted(first.version)} before, at ${formatPlace(first.place)}`,
        );
      else seen.set(label, { version, place });
    }
  }
}

/** The policy of the model, which all entries that say one agree on. */
function checkPolicy(entries: readonly ModelEntry[], report: Report): VersionPolicy {
  const [first, ...others] = entries.flatMap(({ among }) => among.policy ?? []);
  if (first === undefined) return EVERY_VERSION;
  for (const { value, place } of others) {
    if (JSON.stringify(value) !== JSON.stringify(first.value))
      report.problem(place, `it is not the policy that the model has at ${formatPlace(first.place)}`);
  }
  const { value: policy, place } = first;
  const known = entries.map(({ version }) => version);
  const missing = policy.kind === 'specific' ? policy.versions.filter((each) => !known.includes(each)) : [];
  for (const version of missing) {
    const configured = known.map(quoted).join(', ');
    report.problem(place, `the model has no version ${quoted(version)}; configured: ${configured}`);
  }
  return policy;
}

/** As the policy of the versions, all entries that say how they are replaced agree. */
function checkUpdate(entries: readonly ModelEntry[], report: Report): void {
  const [first, ...others] = entries.flatMap(({ among }) => among.update ?? []);
  for (const { value, place } of others) {
    if (first !== undefined && value !== first.value)
      report.problem(place, `it is not the update_policy that the model has at ${formatPlace(first.place)}`);
  }
}

function checkWeights(entries: readonly ModelEntry[], report: Report): void {
  const weights = entries.flatMap(({ among }) => among.weight ?? []);
  const [first] = weights;
  if (first === undefined || weights.some(({ value }) => value > 0)) return;
  report.problem(first.place, 'no version of the model has more than 0; requests without a version need one');
}

function checkShadow(entries: readonly ModelEntry[], report: Report): void {
  const [shadow, ...others] = entries.filter(({ among }) => among.shadowPercent !== null);
  const place = shadow?.among.shadowPercent?.place;
  if (shadow === undefined || place === undefined) return;
  for (const { among } of others) {
    if (among.shadowPercent !== null)
      report.problem(
        among.shadowPercent.place,
        `version ${quoted(shadow.version)} is the shadow already, at ${formatPlace(place)}; expected one`,
      );
  }
  for (const { among } of [shadow, ...others]) {
    if (among.weight !== null)
      report.problem(
        among.weight.place,
        'a shadow answers no requests; expected shadow_percent or traffic_weight',
      );
  }
  if (entries.length === 1 + others.length)
    report.problem(place, 'there is no other version of the model whose requests it could get copies of');
  const stateful = entries.find(({ scheduling }) => scheduling.sequence !== null);
  if (stateful !== undefined)
    report.problem(
      place,
      `requests of sequences cannot be copied, and version ${quoted(stateful.version)} has sequence_batching`,
    );
}

/** What is never loaded can take no part. */
function checkChosen(entries: readonly ModelEntry[], policy: VersionPolicy, report: Report): void {
  const chosen = chosenVersions(
    entries.map(({ version }) => version),
    policy,
  );
  for (const { version, among } of entries) {
    const part = among.shadowPercent ?? among.weight;
    if (part === null || (part === among.weight && part.value === 0) || chosen.includes(version)) continue;
    report.problem(part.place, `version ${quoted(version)} is not loaded: version_policy does not choose it`);
  }
}
