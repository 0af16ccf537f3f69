/** When a dataset goes on in new files; what is undefined does not matter. */
export interface Rotation {
  readonly rows: number | undefined;
  readonly bytes: number | undefined;
  readonly ms: number | undefined;
}

export const rotates = ({ rows, bytes, ms }: Rotation): boolean =>
  rows !== undefined || bytes !== undefined || ms !== undefined;

interface Size {
  readonly rows: number;
  readonly bytes: number;
  readonly ageMs: number;
}

/** How many rows more a dataset may take in, 0 when it is full; one that is empty never is. */
export function roomIn({ rows, bytes, ageMs }: Size, limits: Rotation): number {
  const isFull = bytes >= (limits.bytes ?? Infinity) || ageMs >= (limits.ms ?? Infinity);
  if (isFull && rows > 0) return 0;
  return Math.max(0, (limits.rows ?? Infinity) - rows);
}
