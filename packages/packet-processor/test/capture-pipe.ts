import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { encodeLayers, LinkType, Packet } from '@antinex/decoder';
import { pcapHeader, pcapRecord } from '../../pcap-file/src/index.ts';

const MAKE_PIPE = 'mkfifo';
const CHUNK_PACKETS = 500;
const ACK = 16;
const FRAME = encodeLayers([
  { layer: 'ether', dst: '02:00:00:00:00:02', src: '02:00:00:00:00:01', type: 0x0800 },
  { layer: 'ip', version: 4, ihl: 5, len: 76, ttl: 64, proto: 6, src: '192.0.2.1', dst: '192.0.2.2' },
  { layer: 'tcp', sport: 40_000, dport: 80, dataofs: 5, flags: ACK, window: 1024 },
  { layer: 'raw', load: '5a'.repeat(36) },
]);

/** A capture that an agent reads with `--read -` while it is being written: a named pipe. */
export class CapturePipe {
  /** What has to stand before the command of its one reader. */
  readonly before: readonly string[];
  readonly #target: WriteStream;
  readonly #gone: Promise<unknown>;
  readonly #record: Buffer;

  /** The time of its packets, in seconds, makes the session. */
  constructor(path: string, seconds: number) {
    execFileSync(MAKE_PIPE, [path]);
    this.before = ['sh', '-c', 'exec "$@" <"$0"', path];
    const packet = new Packet(FRAME, 0, FRAME.length, FRAME.length, LinkType.ETHERNET, seconds, 0, '');
    this.#record = pcapRecord(packet);
    this.#target = createWriteStream(path);
    // Its reader may be killed.
    this.#target.on('error', () => {});
    this.#gone = new Promise<void>((resolve) => this.#target.on('close', resolve));
    this.#target.write(pcapHeader({ linkType: LinkType.ETHERNET }));
  }

  /** Resolves once the reader has nearly all of the packets, or is gone. */
  async write(packets: number): Promise<void> {
    const chunk = Buffer.concat(Array(CHUNK_PACKETS).fill(this.#record));
    for (let left = packets; left > 0 && !this.#target.destroyed; left -= CHUNK_PACKETS) {
      const isRoom = this.#target.write(chunk.subarray(0, left * this.#record.length));
      if (!isRoom) await Promise.race([once(this.#target, 'drain').catch(() => {}), this.#gone]);
    }
  }

  /** The capture is complete. */
  end(): void {
    this.#target.end();
  }
}
