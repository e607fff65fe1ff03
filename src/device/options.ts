/** Where NPUs are looked for and what stands in for them. */
export interface DeviceOptions {
  /** The root of device files, `/dev` unless a test says otherwise. */
  readonly devRoot: string;
  /** The root of sysfs, `/sys` unless a test says otherwise. */
  readonly sysRoot: string;
  /** The root of procfs, `/proc` unless a test says otherwise. */
  readonly procRoot: string;
  /**
   * `auto`: software devices stand in on a host that has no NPU. `never`: they do not.
   * A number: so many software Warboys, whatever the host has.
   */
  readonly simulate: 'auto' | 'never' | number;
}

export const DEFAULT_DEVICE_OPTIONS: DeviceOptions = {
  devRoot: '/dev',
  sysRoot: '/sys',
  procRoot: '/proc',
  simulate: 'auto',
};
