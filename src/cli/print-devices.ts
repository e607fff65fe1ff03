import { type DeviceReport, reportRecord } from '#device/report.js';
import type { Terminal } from './terminal.js';
import { type Column, textTable } from './text-table.js';

const COLUMNS: readonly Column<DeviceReport>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'KIND', cell: ({ kind, simulated }) => (simulated ? `${kind} (simulated)` : kind) },
  { title: 'THREADS', cell: ({ threads }) => threads?.toString() ?? null },
  { title: 'HELD BY', cell: ({ holder }) => holder },
  { title: 'ALIVE', cell: ({ alive }) => (alive === null ? null : alive ? 'yes' : 'no') },
  { title: 'TEMP', cell: ({ temperatureCelsius }) => degrees(temperatureCelsius) },
  { title: 'FIRMWARE', cell: ({ firmware }) => firmware },
  { title: 'DRIVER', cell: ({ driver }) => driver },
  { title: 'SERIAL', cell: ({ serial }) => serial },
  { title: 'BUS', cell: ({ busName }) => busName },
  { title: 'NUMA', cell: ({ numaNode }) => numaNode?.toString() ?? null },
  { title: 'DESCRIPTION', cell: ({ label }) => label },
];

/** Prints the devices as a table for people. */
export function printDevices(devices: readonly DeviceReport[], terminal: Terminal): void {
  const { columns, style } = terminal;
  const lines = devices.length === 0 ? ['No devices.'] : textTable(devices, COLUMNS, columns, style);
  terminal.write(`${lines.join('\n')}\n`);
}

/** Prints `{"devices": [...]}`: every key is always there, null where nothing is known. */
export function printDevicesJson(devices: readonly DeviceReport[], terminal: Terminal): void {
  terminal.write(`${JSON.stringify({ devices: devices.map(reportRecord) }, null, 2)}\n`);
}

function degrees(celsius: number | null): string | null {
  return celsius === null ? null : `${celsius.toFixed(1)} °C`;
}
