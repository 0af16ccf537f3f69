import type { Packet } from '@antinex/decoder';
import { compileFilter, type LibpcapError, type PacketFilter as Matches } from '@antinex/libpcap';
import { toCaptureError } from './libpcap-error.ts';

/** Says which packets of a capture a BPF filter takes, as libpcap says it of those of a device. */
export class PacketFilter {
  private readonly text: string;
  private readonly byLinkType = new Map<number, Matches>();

  /** `text` in libpcap's language. */
  constructor(text: string) {
    this.text = text;
  }

  /**
   * Whether the packet matches.
   *
   * @throws PipelineError BAD_FILTER when libpcap cannot ask that of packets of this link type,
   * CAPTURE_UNAVAILABLE when its addon is not built.
   */
  matches({ data, offset, capturedLength, originalLength, linkType }: Packet): boolean {
    let filter = this.byLinkType.get(linkType);
    if (filter === undefined) {
      filter = this.compile(linkType);
      this.byLinkType.set(linkType, filter);
    }
    return filter(data, offset, capturedLength, originalLength);
  }

  private compile(linkType: number): Matches {
    try {
      return compileFilter(this.text, linkType);
    } catch (error) {
      throw toCaptureError(error as LibpcapError, { device: '', filter: this.text });
    }
  }
}
