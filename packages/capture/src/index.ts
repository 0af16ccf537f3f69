/**
 * Where packets come from. All sources are one interface, `PacketSource`: an async iterable of packet
 * batches with its part of the ledger.
 */
export { type CapSourceOptions, MAX_RING_MB, openCapSource } from './cap-source.ts';
export { type CaptureDevice, type DeviceChoice, defaultDevice, listDevices } from './devices.ts';
export { type FileSourceOptions, openFileSource } from './file-source.ts';
export type { Count, PacketSource, SourceStats, TimestampOrigin } from './source.ts';
