import { fileSize } from '#cli/print-model.js';
import type { Terminal } from '#cli/terminal.js';
import { type Column, textTable } from '#cli/text-table.js';
import {
  modelRecord,
  type RepositoryModel,
  type RepositoryVersion,
  type VersionPolicy,
} from './repository-model.js';

/** A line of the table: a version, or a model that has none or has a fault of its own. */
interface Row {
  readonly model: RepositoryModel;
  readonly version: RepositoryVersion | null;
}

const COLUMNS: readonly Column<Row>[] = [
  { title: 'MODEL', cell: ({ model }) => model.name },
  { title: 'VERSION', cell: versionText },
  { title: 'STATE', cell: ({ version }) => version?.state ?? null },
  { title: 'DEVICE', cell: ({ version }) => version?.devices.join(', ') ?? null },
  { title: 'MEMORY', cell: ({ version }) => memoryText(version) },
  { title: 'REQUESTS', cell: ({ version }) => version?.inferenceCount.toLocaleString('en-US') ?? null },
];

const WIDE_COLUMNS: readonly Column<Row>[] = [
  { title: 'PLATFORM', cell: ({ version }) => version?.platform ?? null },
  { title: 'INSTANCES', cell: ({ version }) => version?.instances.toString() ?? null },
  { title: 'ISOLATION', cell: ({ version }) => version?.isolation ?? null },
  { title: 'RESTARTS', cell: restartsText },
  { title: 'TRAFFIC', cell: trafficText },
  { title: 'POLICY', cell: ({ model }) => policyText(model.policy) },
  { title: 'SOURCE', cell: ({ model }) => model.source },
];

const REASON: Column<Row> = { title: 'REASON', cell: reasonText, isProse: true };

/** Prints a line for each version, for people. `isWide` adds what is seldom looked for. */
export function printModels(models: readonly RepositoryModel[], isWide: boolean, terminal: Terminal): void {
  const columns = [...COLUMNS, ...(isWide ? WIDE_COLUMNS : []), REASON];
  const rows = models.flatMap(rowsOf);
  const lines =
    rows.length === 0 ? ['No models.'] : textTable(rows, columns, terminal.columns, terminal.style);
  terminal.write(`${lines.join('\n')}\n`);
}

/** Prints the list as the server answers it: every key is always there, null where nothing is known. */
export function printModelsJson(models: readonly RepositoryModel[], terminal: Terminal): void {
  terminal.write(`${JSON.stringify(models.map(modelRecord), null, 2)}\n`);
}

function rowsOf(model: RepositoryModel): readonly Row[] {
  const versions = model.versions.map((version) => ({ model, version }));
  return model.fault !== null || versions.length === 0 ? [{ model, version: null }, ...versions] : versions;
}

function versionText({ model, version }: Row): string | null {
  if (version === null) return null;
  const labels = Object.keys(model.labels).filter((label) => model.labels[label] === version.version);
  return labels.length === 0 ? version.version : `${version.version} (${labels.sort().join(', ')})`;
}

function memoryText(version: RepositoryVersion | null): string | null {
  const bytes = version?.memoryBytes ?? null;
  return bytes === null ? null : fileSize(bytes);
}

/** `3 (2 killed, 1 hang)`. */
function restartsText({ version }: Row): string | null {
  const some = Object.entries(version?.restarts ?? {}).filter(([, count]) => count > 0);
  if (version === null || version.restarts === null) return null;
  const sum = some.reduce((total, [, count]) => total + count, 0);
  return sum === 0 ? '0' : `${sum} (${some.map(([why, count]) => `${count} ${why}`).join(', ')})`;
}

function trafficText({ model: { split, shadow }, version }: Row): string | null {
  if (version === null) return null;
  const share = split?.[version.version];
  return [
    ...(share === undefined ? [] : [`${share}%`]),
    ...(shadow?.version === version.version ? [`copies of ${shadow.percent}%`] : []),
  ].join(', ');
}

function policyText(policy: VersionPolicy | null): string | null {
  switch (policy?.kind) {
    case 'latest':
      return `latest ${policy.count}`;
    case 'specific':
      return `specific ${policy.versions.join(', ')}`;
    case 'all':
      return 'all';
    default:
      return null;
  }
}

/** One line, whatever the server's has: a stack or a list of causes reads on. */
function reasonText({ model, version }: Row): string {
  const reason = version === null ? (model.fault ?? 'it has no versions') : version.reason;
  if (reason === '' && version?.state === 'UNAVAILABLE' && !version.wanted) return 'not wanted';
  return reason.replace(/\s+/g, ' ').trim();
}
