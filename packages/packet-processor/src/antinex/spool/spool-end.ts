/**
 * Up to where a dataset's spool is committed. It stands in the dataset's manifest, which a commit
 * replaces as a whole: so a row is in the spool if, and only if, it is in the dataset.
 */
export interface SpoolEnd {
  /** The spool's folder among the others. */
  readonly spool: string;
  /** 0 before the first row. */
  readonly segment: number;
  /** Bytes of that segment. */
  readonly offset: number;
  /** Rows since the spool was made. */
  readonly rows: number;
  /** Where predictions of these rows go, seen from the dataset's folder. */
  readonly predictions: string;
}

/** Where a row stands: in a segment, the record at `offset`, its so many'th row. */
export interface Position {
  readonly segment: number;
  readonly offset: number;
  readonly row: number;
}

export const isSame = (a: Position, b: Position): boolean =>
  a.segment === b.segment && a.offset === b.offset && a.row === b.row;

/** Of another process or an earlier one, and with that any file may be meant: a name, and no path. */
const SPOOL_NAME = /^[^/\0]{1,240}\.[0-9a-f]{8}$/;

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;

/** The value as the end of a spool; undefined when it is none. */
export function asSpoolEnd(value: unknown): SpoolEnd | undefined {
  const { spool, segment, offset, rows, predictions } = Object(value) as Record<keyof SpoolEnd, unknown>;
  if (typeof spool !== 'string' || !SPOOL_NAME.test(spool) || typeof predictions !== 'string')
    return undefined;
  if (!isCount(segment) || !isCount(offset) || !isCount(rows)) return undefined;
  return { spool, segment, offset, rows, predictions };
}

/** The value as a position; undefined when it is none. */
export function asPosition(value: unknown): Position | undefined {
  const { segment, offset, row } = Object(value) as Record<keyof Position, unknown>;
  return isCount(segment) && isCount(offset) && isCount(row) ? { segment, offset, row } : undefined;
}
