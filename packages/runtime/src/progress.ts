import { formatBytes, formatCount, formatDuration } from './format.ts';
import { CLEAR_LINE, type Terminal } from './terminal.ts';

/** What has been done so far. */
export interface ProgressCounts {
  readonly packets: number;
  readonly bytes: number;
  readonly dropped?: number;
}

/** One line that tells how far we are. */
export interface Progress {
  /** Cheap; draws at most every `intervalMs`. */
  update(counts: ProgressCounts): void;
  /** Wipes the line. */
  stop(): void;
}

export interface ProgressOptions {
  /** Standard error unless a test says otherwise. Nothing is drawn when it is no terminal. */
  readonly stream?: Terminal;
  readonly intervalMs?: number;
  /** Milliseconds from any fixed point. */
  readonly now?: () => number;
}

const INTERVAL_MS = 200;

export function createProgress(options: ProgressOptions = {}): Progress {
  const {
    stream = process.stderr,
    intervalMs = INTERVAL_MS,
    now = performance.now.bind(performance),
  } = options;
  if (!stream.isTTY) return { update() {}, stop() {} };
  const startMs = now();
  let drawnMs = startMs;
  let drawnPackets = 0;
  let drawn = false;
  return {
    update(counts) {
      const nowMs = now();
      const sinceMs = nowMs - drawnMs;
      if (sinceMs < intervalMs) return;
      const perSecond = ((counts.packets - drawnPackets) / sinceMs) * 1000;
      const line = describe(counts, perSecond, nowMs - startMs);
      stream.write(CLEAR_LINE + line.slice(0, (stream.columns ?? 80) - 1));
      drawnMs = nowMs;
      drawnPackets = counts.packets;
      drawn = true;
    },
    stop() {
      if (drawn) stream.write(CLEAR_LINE);
      drawn = false;
    },
  };
}

function describe(
  { packets, bytes, dropped = 0 }: ProgressCounts,
  perSecond: number,
  elapsedMs: number,
): string {
  return [
    `${formatCount(packets)} packets`,
    formatBytes(bytes),
    `${formatCount(perSecond)}/s`,
    ...(dropped > 0 ? [`${formatCount(dropped)} dropped`] : []),
    formatDuration(elapsedMs),
  ].join('  ');
}
