/** One device that models can run on, as `furiosa devices` shows it. */
export interface DeviceReport {
  /** As a configuration names it, for instance `npu:0:0`. */
  readonly name: string;
  /** `npu`, `cpu` or `cuda`. */
  readonly kind: string;
  /** For instance `warboy`. */
  readonly arch: string | null;
  /** What it is, for people: `warboy-b0, 64dpes`. */
  readonly label: string;
  /** A software device that stands in for an NPU. */
  readonly simulated: boolean;
  readonly firmware: string | null;
  readonly driver: string | null;
  readonly serial: string | null;
  readonly busName: string | null;
  readonly numaNode: number | null;
  /** Whether the driver calls the card healthy. */
  readonly alive: boolean | null;
  readonly temperatureCelsius: number | null;
  /** Who has the device; null when it is free. */
  readonly holder: string | null;
  /** CPU threads a run on it uses. */
  readonly threads: number | null;
}
