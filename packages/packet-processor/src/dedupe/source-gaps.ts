import type { NumberSet } from './number-set.ts';

/** Sessions that are followed; of older ones the result is kept. */
const MOST_SESSIONS = 4096;
const MOST_SOURCES = 1000;
/** Stands for all sources beyond these. */
const OTHERS = '(others)';

/** What has come of one session. */
interface Seen {
  readonly source: string;
  lowest: number;
  highest: number;
  count: number;
}

const missingOf = ({ lowest, highest, count }: Seen): number => Math.max(0, highest - lowest + 1 - count);

/**
 * Counts packets that never came. The numbers of a session follow each other, so one between the lowest
 * and the highest that has not come is missing: lost, still under way, or taken by another processor.
 */
export class SourceGaps {
  readonly #sessions = new Map<string, Seen>();
  readonly #ended = new Map<string, number>();

  /** Numbers of a session that came for the first time. */
  add(session: string, numbers: NumberSet): void {
    const seen = this.#sessions.get(session) ?? this.#newSession(session);
    for (const [from, to] of numbers) {
      seen.lowest = Math.min(seen.lowest, from);
      seen.highest = Math.max(seen.highest, to);
    }
    seen.count += numbers.size;
  }

  /** Missing packets by source. */
  bySource(): ReadonlyMap<string, number> {
    const sums = new Map(this.#ended);
    for (const seen of this.#sessions.values()) addTo(sums, seen.source, missingOf(seen));
    return sums;
  }

  #newSession(session: string): Seen {
    if (this.#sessions.size >= MOST_SESSIONS) this.#endOldest();
    const source = session.slice(0, Math.max(0, session.lastIndexOf('-')));
    const seen = { source, lowest: Number.POSITIVE_INFINITY, highest: 0, count: 0 };
    this.#sessions.set(session, seen);
    return seen;
  }

  #endOldest(): void {
    for (const [session, seen] of this.#sessions) {
      this.#sessions.delete(session);
      addTo(this.#ended, seen.source, missingOf(seen));
      return;
    }
  }
}

function addTo(sums: Map<string, number>, source: string, count: number): void {
  const name = sums.has(source) || sums.size < MOST_SOURCES ? source : OTHERS;
  sums.set(name, (sums.get(name) ?? 0) + count);
}
