import { platform } from 'node:os';
import { describe, expect, test } from 'vitest';
import { whyDied } from './cap-death.ts';

const killed = { bye: false, code: null, signal: 'SIGKILL', errors: '' } as const;
const aborted = {
  ...killed,
  signal: 'SIGABRT',
  errors:
    "node: ../src/binding.cc:214: static void Pcap::cb_packets(uv_poll_t*, int, int): Assertion `status == 0' failed.\n----- Native stack trace -----\n",
} as const;

describe.skipIf(platform() !== 'linux')('whyDied (needs Linux)', () => {
  test('a device that failed and is still there went down', () => {
    expect(whyDied('lo', aborted)).toMatchObject({ code: 'DEVICE_DOWN', message: 'the device lo went down' });
  });

  test.each(['eth99', 'l', 'Inter-|'])('a device that failed and is not there is gone (%s)', (device) => {
    expect(whyDied(device, aborted).code).toBe('DEVICE_GONE');
  });

  test.each([
    ['killed', killed, 'killed by SIGKILL'],
    [
      'out of memory',
      { ...killed, signal: 'SIGABRT', errors: '\nFATAL ERROR: Reached heap limit\n 1: 0xb7\n' } as const,
      'killed by SIGABRT: FATAL ERROR: Reached heap limit',
    ],
    [
      'a bug of ours',
      {
        ...killed,
        signal: null,
        code: 1,
        errors: 'file:///x.js:1\nthrow new Error()\n\nTypeError: no\n    at x\n',
      },
      'exit code 1: TypeError: no',
    ],
  ])('says how it ended: %s', (_what, end, text) => {
    expect(whyDied('eth99', end)).toMatchObject({
      code: 'CAPTURE_PROCESS_DIED',
      message: `the process that captured on eth99 died: ${text}`,
    });
  });
});
