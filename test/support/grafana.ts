/** The dashboard for Grafana that is in `deploy/`, as far as it can be judged without one. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from './places.js';

export interface GrafanaTarget {
  readonly expr: string;
  readonly refId: string;
  readonly datasource?: { readonly type: string; readonly uid: string };
}

export interface GrafanaPanel {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly type: string; readonly uid: string };
  readonly targets?: readonly GrafanaTarget[];
  readonly fieldConfig?: { readonly defaults: { readonly unit?: string } };
}

export interface GrafanaVariable {
  readonly name: string;
  readonly type: string;
  readonly datasource: { readonly uid: string };
  readonly query: { readonly query: string };
}

export interface GrafanaDashboard {
  readonly __inputs: readonly { readonly name: string; readonly type: string; readonly pluginId: string }[];
  readonly uid: string;
  readonly schemaVersion: number;
  readonly panels: readonly GrafanaPanel[];
  readonly templating: { readonly list: readonly GrafanaVariable[] };
  readonly annotations: { readonly list: readonly { readonly name: string; readonly expr: string }[] };
}

export const GRAFANA_DASHBOARD = JSON.parse(
  readFileSync(join(repositoryRoot, 'deploy/grafana/furiosa-server.json'), 'utf8'),
) as GrafanaDashboard;

/** An expression as Grafana would ask it, with everything chosen in all variables. */
export function asAsked(expression: string, rateInterval: string): string {
  const filled = expression
    .replaceAll('$__rate_interval', rateInterval)
    .replace(/\$(job|instance|model)\b/g, '.*');
  if (filled.includes('$')) throw new Error(`there is no such variable: ${filled}`);
  return filled;
}
