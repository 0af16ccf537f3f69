import { print } from '@antinex/runtime/command';
import type { AddCommand } from '../command.ts';

/** `netpipe devices`: what can be captured on. */
export const addDevices: AddCommand = (program, _context, done) => {
  program
    .command('devices')
    .description('List the devices that can be captured on; * marks the default')
    .option('--json', 'as JSON')
    .action(async (options: { json?: boolean }) => {
      const { devicesText } = await import('../devices-text.ts');
      await print(await devicesText(options));
      done(0);
    });
};
