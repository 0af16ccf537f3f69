import { readFileSync, readlinkSync } from 'node:fs';

/** Where a writer runs: two with the same place can tell by their locks whether the other is alive. */
export const writerPlace = (): string =>
  [
    () => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(),
    () => readlinkSync('/proc/self/ns/net'),
  ]
    .map(orUnknown)
    .join(' ');

const UNKNOWN = 'unknown';

/** False where either cannot be told. */
export const isSamePlace = (one: string, other: string): boolean => one === other && !one.includes(UNKNOWN);

function orUnknown(read: () => string): string {
  try {
    return read();
  } catch {
    return UNKNOWN;
  }
}
