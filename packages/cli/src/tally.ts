import { isLegacy, type Message } from '@antinex/capture';
import type { LegacyBody, PacketMessage } from '@antinex/decoder';

const UNKNOWN = 'unknown';

/** Counts messages by protocol and by how decoding went. */
export class Tally {
  /** By the last layer that was decoded; the layers' names bound its size. */
  readonly byProtocol = new Map<string, number>();
  truncated = 0;
  malformed = 0;

  add(message: Message): void {
    const protocol = isLegacy(message) ? lastLayer(message) : this.addFrame(message);
    this.byProtocol.set(protocol, (this.byProtocol.get(protocol) ?? 0) + 1);
  }

  private addFrame({ data: { frame } }: PacketMessage): string {
    if (frame === undefined) return UNKNOWN;
    if (frame.truncated) this.truncated++;
    if (frame.error?.kind === 'malformed') this.malformed++;
    const { protocols } = frame;
    return protocols.slice(protocols.lastIndexOf(':') + 1) || UNKNOWN;
  }
}

function lastLayer({ data }: LegacyBody): string {
  let last = UNKNOWN;
  for (const layer in data) if (layer !== 'raw' && layer !== 'padding') last = layer;
  return last;
}
