import { PipelineError } from '@antinex/runtime';
import type { PacketCursor } from '../flow/packet-cursor.ts';
import { PacketFlag } from '../flow/packet-store.ts';
import { HEADER_FLAGS } from './feature-shape.ts';

/**
 * Puts the header of the flow a cursor has just been started on from `at` on, in `width` columns: how many
 * packets have each TCP flag, and the TTL (hop limit) of each packet.
 *
 * @throws PipelineError NETML_FAILS for a packet in which netml finds no header
 */
export function putHeader(cursor: PacketCursor, out: Float64Array, at: number, width: number): void {
  const flags = HEADER_FLAGS.length;
  out.fill(0, at, at + width);
  let column = flags;
  do {
    let set = cursor.flags;
    if (set & PacketFlag.NO_HEADER)
      throw new PipelineError('NETML_FAILS', { error: 'AttributeError: proto' });
    for (let flag = 0; flag < flags; flag++, set >>= 1) out[at + flag] += set & 1;
    if (column < width) out[at + column++] = cursor.ttl;
  } while (cursor.next());
}
