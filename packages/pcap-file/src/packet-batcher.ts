import { Packet } from '@antinex/decoder/packet';
import type { Batcher } from './batch.ts';

/** Batches of packets, each an object of its own. */
export class PacketBatcher implements Batcher<Packet[]> {
  batch: Packet[] = [];
  capturedBytes = 0;

  get length(): number {
    return this.batch.length;
  }

  takes(): boolean {
    return true;
  }

  add(
    data: Buffer,
    offset: number,
    capturedLength: number,
    originalLength: number,
    linkType: number,
    seconds: number,
    nanos: number,
    interfaceName: string,
  ): void {
    this.capturedBytes += capturedLength;
    this.batch.push(
      new Packet(data, offset, capturedLength, originalLength, linkType, seconds, nanos, interfaceName),
    );
  }

  clear(): void {
    this.batch = [];
    this.capturedBytes = 0;
  }
}
