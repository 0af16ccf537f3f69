import { readFileSync } from 'node:fs';

const EVERY_MS = 1000;

interface Sample {
  readonly minutes: number;
  readonly mb: number;
}

/** The resident set of a process, over time. */
export interface MemoryReport {
  readonly samples: number;
  readonly peakMb: number;
  readonly endMb: number;
  /** Of the straight line that fits the last two thirds best, by least squares. */
  readonly mbPerMinute: number;
}

/** Looks at processes each second. */
export class MemoryRecord {
  readonly #startedMs = performance.now();
  readonly #samples = new Map<string, Sample[]>();
  readonly #timer: NodeJS.Timeout;

  constructor(pids: Readonly<Record<string, number>>) {
    for (const name of Object.keys(pids)) this.#samples.set(name, []);
    this.#timer = setInterval(() => {
      const minutes = (performance.now() - this.#startedMs) / 60_000;
      for (const [name, pid] of Object.entries(pids)) {
        this.#samples.get(name)!.push({ minutes, mb: residentMb(pid) });
      }
    }, EVERY_MS);
  }

  /** Looks no more. */
  end(): Record<string, MemoryReport> {
    clearInterval(this.#timer);
    return Object.fromEntries([...this.#samples].map(([name, samples]) => [name, reportOf(samples)]));
  }
}

function reportOf(samples: readonly Sample[]): MemoryReport {
  return {
    samples: samples.length,
    peakMb: rounded(Math.max(...samples.map(({ mb }) => mb))),
    endMb: rounded(samples.at(-1)?.mb ?? Number.NaN),
    mbPerMinute: rounded(slopeOf(samples.slice(Math.floor(samples.length / 3)))),
  };
}

function slopeOf(samples: readonly Sample[]): number {
  const mean = (pick: (sample: Sample) => number) =>
    samples.reduce((sum, sample) => sum + pick(sample), 0) / samples.length;
  const [x, y] = [mean(({ minutes }) => minutes), mean(({ mb }) => mb)];
  const covariance = mean(({ minutes, mb }) => (minutes - x) * (mb - y));
  return covariance / mean(({ minutes }) => (minutes - x) ** 2);
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

const residentMb = (pid: number): number =>
  Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
