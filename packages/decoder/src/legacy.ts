import { formatCreated } from './legacy/created.ts';
import type { LegacyBody, LegacyData } from './legacy/data.ts';
import { DISSECTORS } from './legacy/registry.ts';
import { Walk } from './legacy/walk.ts';
import { LinkType } from './link-types.ts';
import type { Packet } from './packet.ts';

/**
 * The legacy projection: what the Python original makes of an Ethernet frame, in content and key
 * order, for the ten layers its consumer knows. See docs/legacy.md for what the fields really hold.
 *
 * It is computed from the frame's bytes alone, `data[offset .. offset + length)`, which must lie in
 * `data`. Null where the original forwards nothing: 802.3 frames, and headers cut inside an address.
 * `{}` where the original sends an empty dict.
 */
export function legacyData(data: Buffer, offset: number, length: number): LegacyData | null {
  const walk = new Walk(data, DISSECTORS);
  if (length === 0 || !walk.read('ether', offset, offset + length) || !walk.started) return null;
  return walk.unbuildable ? {} : walk.layers;
}

/** The original's message for a packet; null as for `legacyData`, and where the link is not Ethernet. */
export function legacyBody(packet: Packet, source: string): LegacyBody | null {
  if (packet.linkType !== LinkType.ETHERNET) return null;
  const data = legacyData(packet.data, packet.offset, packet.capturedLength);
  return data === null ? null : { data, created: formatCreated(packet.timestampSeconds), source };
}
