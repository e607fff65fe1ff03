import { deviceOf, residentsOf } from '../devices/device.js';
import { DeviceTable } from '../devices/device-table.js';
import { recentFrames } from '../history.js';
import { useLive } from '../live.js';
import { DEVICES_TEXT } from '../text/devices-text.js';
import { useTexts } from '../text/text.js';

/** What models can run on, who has it, and how much it does. */
export function Devices() {
  const say = useTexts(DEVICES_TEXT);
  const { devices, models, server } = useLive();
  const rows = devices.map((told) => ({
    device: deviceOf(told),
    residents: residentsOf(told.name, models.values(), (model, version) =>
      recentFrames.runsAtOnce(model, version),
    ),
  }));
  return (
    <>
      <h1>{say('devices')}</h1>
      {server === null && <p class="faint">{say('waitingForServer')}</p>}
      {server !== null && rows.length === 0 && <p>{say('none')}</p>}
      {rows.length > 0 && <DeviceTable rows={rows} />}
      {rows.length > 0 && <p class="note">{say('explained')}</p>}
    </>
  );
}
