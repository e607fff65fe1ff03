import { coresIn, type DeviceFile, modeOf, type Npu } from './npu.js';

/** PEs of a Warboy. */
const PES = { first: 0, last: 1 };

/**
 * Software Warboys `npu:0` … `npu:{count-1}`, each with the files of a real one: the whole card, two PEs, the fused
 * pair. They have the names, counts and exclusivity of the hardware, and none of its speed.
 */
export function simulatedWarboys(count: number): readonly Npu[] {
  return Array.from({ length: count }, (_, index) => simulatedWarboy(index));
}

function simulatedWarboy(index: number): Npu {
  const ranges = [null, ...coresIn(PES).map((core) => ({ first: core, last: core })), PES];
  const files = ranges.map(
    (cores): DeviceFile => ({
      arch: 'warboy',
      device: index,
      cores,
      covers: coresIn(cores ?? PES),
      mode: modeOf(cores),
      path: null,
    }),
  );
  return {
    index,
    arch: 'warboy',
    simulated: true,
    revision: 'b0',
    firmware: null,
    driver: null,
    serial: null,
    uuid: null,
    busName: null,
    numaNode: null,
    alive: true,
    temperatures: [],
    cores: coresIn(PES),
    files,
  };
}
