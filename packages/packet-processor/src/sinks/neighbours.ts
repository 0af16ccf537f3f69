import type { Log } from '@antinex/runtime';
import { formatBytes } from '@antinex/runtime';
import type { Elsewhere, Packets } from '../dedupe/elsewhere.ts';
import { AbandonedDatasets } from './abandoned.ts';
import { KernelLock, lockName } from './kernel-lock.ts';

const LOOK_MS = 5000;
/** Whoever commits for longer stands still. Others go on, and from then on hardly wait for it. */
const PATIENCE_MS = 30_000;
const LITTLE_PATIENCE_MS = 100;

/**
 * The processors that write to the same folder from the same queue, now or before. Each packet gets one
 * row among all of them: they commit one at a time, each after it has seen what the others have.
 *
 * That is certain for processors on one host. Between containers and hosts that share a folder two may
 * commit in the same moment, and then a packet that both of them got has two rows.
 */
export class Neighbours {
  readonly #elsewhere: Elsewhere;
  readonly #abandoned = new AbandonedDatasets();
  readonly #lockName: () => Promise<string>;
  readonly #log: Log;
  #patienceMs = PATIENCE_MS;
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(elsewhere: Elsewhere, folder: string, queue: string, log: Log) {
    this.#elsewhere = elsewhere;
    this.#lockName = () => lockName(folder, `${queue}.commit`);
    this.#log = log;
  }

  /** Looks now and then, until `stop`. */
  watch(): void {
    void this.look();
    this.#timer = setInterval(() => void this.look(), LOOK_MS).unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  /** Learns what there is, and mends what a processor that died left unfinished. */
  look(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#elsewhere.refresh(true);
      for (const { path, removedBytes } of await this.#abandoned.repair(this.#elsewhere.datasets)) {
        const what = `${formatBytes(removedBytes)} that its processor had not committed when it died`;
        this.#log('info', `${path}: cut off ${what}`);
      }
    });
  }

  /**
   * Calls `commit` while nobody else commits, with whether another processor meanwhile wrote any of
   * the packets that are to be committed.
   */
  async inTurn(packets: Packets, commit: (isTaken: boolean) => Promise<void>): Promise<void> {
    const lock = await this.#takeLock();
    try {
      await this.#inTurn(() => this.#elsewhere.refresh(false));
      await commit(this.#elsewhere.hasAny(packets));
    } finally {
      await lock?.release();
    }
  }

  async #takeLock(): Promise<KernelLock | undefined> {
    const lock = await KernelLock.take(await this.#lockName(), this.#patienceMs);
    if (lock === undefined && this.#patienceMs === PATIENCE_MS) {
      this.#log('warn', 'another processor takes very long to commit: going on without it');
    }
    this.#patienceMs = lock === undefined ? LITTLE_PATIENCE_MS : PATIENCE_MS;
    return lock;
  }

  #inTurn(work: () => Promise<void>): Promise<void> {
    const done = this.#looking.then(work);
    this.#looking = done.catch(() => {});
    return done;
  }
}
