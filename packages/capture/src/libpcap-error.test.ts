import { LibpcapError } from '@antinex/libpcap';
import { expect, test } from 'vitest';
import { toCaptureError } from './libpcap-error.ts';

const about = { device: 'eth0', filter: 'tcp and (' };

test.each([
  [
    'NOT_BUILT',
    'CAPTURE_UNAVAILABLE',
    /^cannot capture live: the native addon of @antinex\/libpcap is not built$/,
  ],
  ['BAD_OPTION', 'CONFIG_INVALID', /^snaplen: too small$/],
  ['NO_PERMISSION', 'NO_PERMISSION_TO_CAPTURE', /on eth0$/],
  ['DEVICE_DOWN', 'DEVICE_DOWN', /eth0/],
  ['DEVICE_GONE', 'DEVICE_GONE', /eth0/],
  ['BAD_FILTER', 'BAD_FILTER', /^bad filter "tcp and \(": too small$/],
  ['CAPTURE_FAILED', 'SYSTEM_ERROR', /^cannot capture on eth0: too small$/],
] as const)('%s is %s', (code, pipelineCode, message) => {
  const error = new LibpcapError(code, 'too small', code === 'BAD_OPTION' ? 'snaplen' : undefined);
  expect(toCaptureError(error, about)).toMatchObject({
    name: 'PipelineError',
    code: pipelineCode,
    message: expect.stringMatching(message),
    cause: error,
  });
});
