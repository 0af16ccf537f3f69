/**
 * Where packets come from. All sources are one interface, `PacketSource`: an async iterable of packet
 * batches with its part of the ledger.
 */
export { runAgent } from './agent/run-agent.ts';
export type { AgentSpec } from './agent/spec.ts';
export { type CapSourceOptions, MAX_RING_MB, openCapSource } from './cap-source.ts';
export { Converter, type ConverterOptions, isLegacy, type Message, type SchemaName } from './converter.ts';
export { type CaptureDevice, type DeviceChoice, defaultDevice, listDevices } from './devices.ts';
export { type FileSourceOptions, openFileSource } from './file-source.ts';
export { flowHash } from './flow-hash.ts';
export { createSampler, type FlowSampler, parseSample } from './flow-sampler.ts';
export { giveUpRootButFiles } from './give-up-root.ts';
export { type LibpcapSourceOptions, openLibpcapSource } from './libpcap-source.ts';
export { type LiveSourceOptions, openLiveSource } from './live-source.ts';
export { readerNotes } from './reader-notes.ts';
export type { Count, PacketSource, SourceStats, TimestampOrigin } from './source.ts';
