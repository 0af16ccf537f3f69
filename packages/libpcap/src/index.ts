/** Live packet capture with libpcap. */

export { isBuilt, type PacketFilter } from './binding.ts';
export { clearCapabilities, type ProcessCapabilities, readCapabilities } from './capabilities.ts';
export {
  type Capture,
  type CaptureHandlers,
  type CaptureStats,
  type LinkState,
  openCapture,
} from './capture.ts';
export { type Device, type DeviceAddress, listDevices } from './devices.ts';
export { LibpcapError, type LibpcapErrorCode } from './errors.ts';
export { compileFilter, version } from './filter.ts';
export type { CaptureOptions, Direction } from './options.ts';
export type { Slab } from './slab.ts';
