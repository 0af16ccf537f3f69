import { clearCapabilities, isBuilt } from '@antinex/libpcap';
import { pcapHeader } from '@antinex/pcap-file';
import { dropPrivileges } from '@antinex/runtime';
import { CAP_SNAPLEN, type OpenCap, openCap } from '../cap-handle.ts';
import { WallClock } from '../wall-clock.ts';
import { wireLength } from '../wire-length.ts';
import { FramePipe } from './frame-pipe.ts';
import { FrameQueue } from './frame-queue.ts';
import type { ChildMessage, ChildOptions } from './messages.ts';

/** As soon as this much came in it is written: few large writes cost less than many small ones. */
const FULL_WRITE_BYTES = 64 * 1024;
/** And whatever came in is written after this time at the latest. */
const WRITE_MS = 5;
/** A full pipe is tried again after this time. */
const RETRY_MS = 1;
const LOOK_ROUND_MS = 500;

/**
 * Captures with cap and writes the frames into the pipe to the parent, until that closes it. Under load
 * cap calls back without ever returning to the event loop, so all that must happen then hangs on the
 * frames themselves; timers do it on a quiet line.
 */
export class Capture {
  private readonly clock = new WallClock();
  private readonly pipe = new FramePipe(() => this.stop());
  private readonly queue: FrameQueue;
  private readonly cap: OpenCap;
  private readonly tell: (message: ChildMessage) => Promise<void>;
  private readonly lookingRound: NodeJS.Timeout;
  private linkType = -1;
  private bytesSinceWrite = 0;
  private lookRoundAt = 0;
  private writing: NodeJS.Timeout | undefined;
  private telling = false;
  private toldPackets = 0;
  private stopped = false;

  /** Opens the device, gives up privileges, and only then says `ready`; throws as openCap and dropPrivileges do. */
  constructor(options: ChildOptions, tell: (message: ChildMessage) => Promise<void>) {
    this.tell = tell;
    this.queue = new FrameQueue(options.queueBytes);
    this.cap = openCap(options, this.onFrame);
    this.linkType = this.cap.linkType;
    // cap hands out frames from the event loop only: none has been looked at yet.
    const privileges = dropPrivileges({ user: options.user, ...(isBuilt() && { clearCapabilities }) });
    this.queue.begin(pcapHeader({ linkType: this.linkType, snapLength: CAP_SNAPLEN }));
    this.lookingRound = setInterval(this.lookRound, LOOK_ROUND_MS);
    this.write();
    void tell({ type: 'ready', linkType: this.linkType, privileges });
  }

  private readonly onFrame = (shared: Buffer, length: number): void => {
    const { clock } = this;
    clock.read();
    const original = length < CAP_SNAPLEN ? length : wireLength(shared, length, this.linkType);
    this.queue.add(shared, length, original, clock.seconds, clock.nanos);
    this.bytesSinceWrite += length;
    if (this.bytesSinceWrite >= FULL_WRITE_BYTES) this.writeUnderLoad();
    else this.writing ??= setTimeout(this.write, WRITE_MS);
  };

  private writeUnderLoad(): void {
    this.bytesSinceWrite = 0;
    this.queue.drain(this.pipe.write);
    if (this.pipe.broken || performance.now() >= this.lookRoundAt) this.lookRound();
  }

  private readonly write = (): void => {
    this.bytesSinceWrite = 0;
    this.queue.drain(this.pipe.write);
    if (this.pipe.broken) this.closeDevice();
    const wait = this.queue.waitingBytes > 0 && !this.pipe.broken;
    this.writing = wait ? setTimeout(this.write, RETRY_MS) : undefined;
    if (this.stopped && !wait) this.leave();
  };

  /** Tells the counts, without piling up messages that nobody reads, and looks whether it is to end. */
  private readonly lookRound = (): void => {
    this.lookRoundAt = performance.now() + LOOK_ROUND_MS;
    if (this.pipe.broken || this.pipe.isClosed) this.stop();
    const { counts } = this.queue;
    const packets = counts.admittedPackets + counts.droppedPackets;
    if (this.telling || packets === this.toldPackets) return;
    this.toldPackets = packets;
    this.telling = true;
    void this.tell({ type: 'counts', counts }).then(() => {
      this.telling = false;
    });
  };

  /** Takes in nothing more. What came in is still written, as long as somebody reads it. */
  private stop(): void {
    if (this.stopped) return;
    this.closeDevice();
    clearTimeout(this.writing);
    this.write();
  }

  private closeDevice(): void {
    this.stopped = true;
    clearInterval(this.lookingRound);
    this.cap.close();
  }

  private leave(): void {
    void this.tell({ type: 'bye', counts: this.queue.counts }).then(() => process.exit());
  }
}
