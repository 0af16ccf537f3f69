import { defaultDevice, listDevices } from '@antinex/capture';
import { print } from '@antinex/runtime/command';
import type { AddCommand } from '../command.ts';

/** `netpipe devices`: what can be captured on. */
export const addDevices: AddCommand = (program, _context, done) => {
  program
    .command('devices')
    .description('List the devices that can be captured on; * marks the default')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => {
      const devices = await listDevices();
      const chosen = await defaultDevice().then(
        ({ device }) => device,
        // There are devices, but none to choose without being told.
        () => undefined,
      );
      const lines = devices.map(({ name, addresses, description }) =>
        `${name === chosen ? '*' : ' '} ${name.padEnd(16)} ${addresses.join(' ')} ${description}`.trimEnd(),
      );
      await print(
        options.json ? `${JSON.stringify(devices, null, 2)}\n` : lines.map((line) => `${line}\n`).join(''),
      );
      done(0);
    });
};
