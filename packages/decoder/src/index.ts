export { type AgentLedger, addLedgers, type Count, knownPart, sumOfCounts } from './agent-ledger.ts';
export { assemble, call, type ObjectWriter, put, UINT } from './code.ts';
export { decode } from './decode.ts';
export type { DecodedPacket } from './decoding.ts';
export { encodeLayers, encodeMessage, type LayerInput } from './encode.ts';
export type { FieldSpec, FieldType, LayerSpec } from './fields/spec.ts';
export { CATALOGUE, COLUMNS, type ColumnSpec, REST } from './fields.ts';
export { FixedBytes } from './fixed-bytes.ts';
export { Frame, fleetingFrame } from './frame.ts';
export type { Layer, Problem } from './layer.ts';
export { anyJson } from './layer-json.ts';
export type { LayerPath } from './layer-path.ts';
export type { Raw } from './layers/raw.ts';
export { LazyMessage } from './lazy-message.ts';
export { isAgentLedger, isLedgerMessage, type LedgerMessage } from './ledger-message.ts';
export { LEGACY_COLUMNS } from './legacy/columns.ts';
export { formatCreated } from './legacy/created.ts';
export type { LegacyBody, LegacyData } from './legacy/data.ts';
export { LEGACY_LAYERS } from './legacy/data.ts';
export { legacyJson } from './legacy/python-json.ts';
export { legacyBody, legacyData } from './legacy.ts';
export { legacyBodyOfMessage } from './legacy-message.ts';
export { LinkType } from './link-types.ts';
export {
  type MessageOptions,
  type Origin,
  type PacketMessage,
  sessionOf,
  toMessage,
} from './message.ts';
export type { LayerFields, MessageData } from './message-data.ts';
export { messageJson, writeMessageJson } from './message-json.ts';
export { messageSchema } from './message-schema.ts';
export { OfOrigin } from './of-origin.ts';
export { Packet } from './packet.ts';
export { putNumber, type SliceWrites, TextWriter } from './text-writer.ts';
