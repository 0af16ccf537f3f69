import { defaultDevice, listDevices } from '@antinex/capture';

/** The devices that can be captured on: a line each, with a star at the default, or JSON. */
export async function devicesText({ json = false }: { json?: boolean }): Promise<string> {
  const devices = await listDevices();
  if (json) return `${JSON.stringify(devices, null, 2)}\n`;
  const chosen = await defaultDevice().then(
    ({ device }) => device,
    // There are devices, but none to choose without being told.
    () => undefined,
  );
  return devices
    .map(({ name, addresses, description }) =>
      `${name === chosen ? '*' : ' '} ${name.padEnd(16)} ${addresses.join(' ')} ${description}`.trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('');
}
