/** Data packets that a run must have to be a bulk. */
const LEAST_PACKETS = 4;
/** Longest time between two packets of a run. */
const LONGEST_GAP = 1e9;

/** Words of the run at hand. */
const BACKWARD = 0;
const START = 1;
const LAST = 2;
const PACKETS = 3;
const BYTES = 4;
export const RUN_WORDS = 5;

/** Words of the bulks of a direction. */
export const BulkWord = { BULKS: 0, PACKETS: 1, BYTES: 2, NANOS: 3 } as const;
export const BULK_WORDS = 4;

/**
 * Counts a packet with payload. A bulk is a run of at least four of them in one direction, none of the
 * other direction between them, and no gap of more than a second.
 */
export function addToBulk(
  record: Float64Array,
  run: number,
  bulks: number,
  time: number,
  bytes: number,
  backward: boolean,
): void {
  const direction = backward ? 1 : 0;
  const gap = time - record[run + LAST];
  if (record[run + PACKETS] === 0 || record[run + BACKWARD] !== direction || gap > LONGEST_GAP) {
    record[run + BACKWARD] = direction;
    record[run + START] = record[run + LAST] = time;
    record[run + PACKETS] = 1;
    record[run + BYTES] = bytes;
    return;
  }
  const packets = ++record[run + PACKETS];
  record[run + BYTES] += bytes;
  if (gap > 0) record[run + LAST] = time;
  if (packets === LEAST_PACKETS) {
    record[bulks + BulkWord.BULKS]++;
    record[bulks + BulkWord.PACKETS] += packets;
    record[bulks + BulkWord.BYTES] += record[run + BYTES];
    record[bulks + BulkWord.NANOS] += record[run + LAST] - record[run + START];
  } else if (packets > LEAST_PACKETS) {
    record[bulks + BulkWord.PACKETS]++;
    record[bulks + BulkWord.BYTES] += bytes;
    record[bulks + BulkWord.NANOS] += Math.max(0, gap);
  }
}
