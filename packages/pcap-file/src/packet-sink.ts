import type { Writable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { Packet } from '@antinex/decoder';

/** Bytes handed to the stream at once, about. */
const BLOCK_BYTES = 1024 * 1024;
/** After any of these there is nothing to wait for. */
const EVENTS = ['drain', 'close', 'error'] as const;

/**
 * A Writable with its errors and backpressure as promises. After an error every call rejects with it
 * (a system error: `ENOSPC`, `EPIPE` ...).
 */
export class PacketSink {
  private readonly out: Writable;
  private error: Error | null = null;

  constructor(out: Writable) {
    this.out = out;
    out.on('error', (error: Error) => {
      this.error ??= error;
    });
  }

  /** Hands bytes over at once; throws the stream's error if it had one. */
  put(bytes: Buffer): void {
    if (this.error) throw this.error;
    if (bytes.length > 0) this.out.write(bytes);
  }

  /** Resolves when the stream takes more. */
  async ready(): Promise<void> {
    if (this.error === null && this.out.writableNeedDrain) {
      await new Promise<void>((resolve) => {
        const done = () => {
          for (const event of EVENTS) this.out.off(event, done);
          resolve();
        };
        for (const event of EVENTS) this.out.on(event, done);
      });
    }
    if (this.error) throw this.error;
  }

  /**
   * Writes each packet with `put`, which fills the `lengthOf` bytes at a position. If `put` throws,
   * the packets before are written and the call rejects.
   */
  async writePackets(
    packets: readonly Packet[],
    lengthOf: (packet: Packet) => number,
    put: (block: Buffer, at: number, packet: Packet, index: number) => void,
  ): Promise<void> {
    let first = 0;
    while (first < packets.length) {
      let length = 0;
      let next = first;
      while (next < packets.length && length < BLOCK_BYTES) length += lengthOf(packets[next++]);
      const block = Buffer.allocUnsafe(length);
      let at = 0;
      let misfit: unknown = null;
      try {
        for (; first < next; first++) {
          put(block, at, packets[first], first);
          at += lengthOf(packets[first]);
        }
      } catch (error) {
        misfit = error;
      }
      this.put(block.subarray(0, at));
      await this.ready();
      if (misfit !== null) throw misfit;
    }
  }

  /** Ends the stream; resolves when all is handed over to the system. */
  async end(): Promise<void> {
    if (this.error) throw this.error;
    this.out.end();
    await finished(this.out, { readable: false });
  }
}
