import { type LibpcapError, listDevices } from '@antinex/libpcap';
import { PipelineError } from '@antinex/runtime';

/** An error of the addon, in the words of the catalogue. */
export function toCaptureError(
  error: LibpcapError,
  { device, filter = '' }: { readonly device: string; readonly filter?: string },
): PipelineError {
  const { code, reason } = error;
  const cause = { cause: error };
  switch (code) {
    case 'NOT_BUILT':
      return new PipelineError(
        'CAPTURE_UNAVAILABLE',
        { reason: 'the native addon of @antinex/libpcap is not built' },
        cause,
      );
    case 'BAD_OPTION':
      return new PipelineError('CONFIG_INVALID', { problems: [error.message] }, cause);
    case 'NO_PERMISSION':
      return new PipelineError('NO_PERMISSION_TO_CAPTURE', { device }, cause);
    case 'NO_SUCH_DEVICE':
      return new PipelineError(code, { device, devices: listDevices().map(({ name }) => name) }, cause);
    case 'DEVICE_DOWN':
    case 'DEVICE_GONE':
      return new PipelineError(code, { device }, cause);
    case 'BAD_FILTER':
      return new PipelineError(code, { filter, reason }, cause);
    default:
      return new PipelineError('SYSTEM_ERROR', { action: `cannot capture on ${device}`, reason }, cause);
  }
}
