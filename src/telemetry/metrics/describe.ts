import { CATALOG_GROUPS, type MetricDefinition } from './catalog.js';

/** Markdown tables of every metric, a heading for each group. */
export function describeMetrics(): string {
  return CATALOG_GROUPS.map(([title, metrics]) => `### ${title}\n\n${tableOf(metrics)}`).join('\n\n');
}

function tableOf(metrics: readonly MetricDefinition[]): string {
  const rows = metrics.map(({ name, type, unit, labels, help }) => {
    const labelText = labels.map((label) => `\`${label}\``).join(' ');
    return `| \`${name}\` | ${type} | ${unit} | ${labelText} | ${help.replaceAll('|', '\\|')} |`;
  });
  return ['| Metric | Type | Unit | Labels | Meaning |', '| --- | --- | --- | --- | --- |', ...rows].join(
    '\n',
  );
}
