import { encodeMessage } from './encode.ts';
import { formatCreated } from './legacy/created.ts';
import type { LegacyBody } from './legacy/data.ts';
import { legacyData } from './legacy.ts';
import type { PacketMessage } from './message.ts';

/**
 * The original's message for a schema-2 message: the frame is encoded again and projected. Null as
 * for `legacyBody`. A message that kept only part of its payload gives what the original makes of a
 * frame cut there.
 */
export function legacyBodyOfMessage({ data, source }: PacketMessage): LegacyBody | null {
  if (data.ether === undefined) return null;
  const frame = encodeMessage(data);
  const legacy = legacyData(frame, 0, frame.length);
  if (legacy === null) return null;
  return { data: legacy, created: formatCreated(Math.floor(Number(data.frame?.epochSeconds ?? 0))), source };
}
