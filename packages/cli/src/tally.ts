import { isLegacy, type Message } from '@antinex/capture';
import { LazyMessage, type LegacyBody, type PacketMessage } from '@antinex/decoder';

const UNKNOWN = 'unknown';

/** Counts messages by protocol and by how decoding went. */
export class Tally {
  /** By the last layer that was decoded; the layers' names bound its size. */
  readonly byProtocol = new Map<string, number>();
  truncated = 0;
  malformed = 0;

  add(message: Message | LazyMessage): void {
    const protocol = this.read(message);
    this.byProtocol.set(protocol, (this.byProtocol.get(protocol) ?? 0) + 1);
  }

  private read(message: Message | LazyMessage): string {
    if (message instanceof LazyMessage) return this.addPacket(message);
    return isLegacy(message) ? lastLayer(message) : this.addFrame(message);
  }

  private addPacket({ decoded: { problem, truncated }, path }: LazyMessage): string {
    if (truncated) this.truncated++;
    if (problem?.kind === 'malformed') this.malformed++;
    return path.names.at(-1) ?? UNKNOWN;
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
