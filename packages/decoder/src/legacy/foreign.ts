import { slice } from './fields.ts';
import type { LayerName } from './names.ts';
import type { Dissector } from './walk.ts';

/**
 * Sizes of a header's fields, in order: a positive one is a number or an address, which must be
 * whole; a negative one a byte string, which may be cut; 0 a text up to a zero byte, which must be there.
 */
export type Sizes = readonly number[];

/** A layer that the original's consumer does not know: only its size matters, and what follows it. */
export interface Foreign {
  fields: Sizes | ((data: Buffer, at: number) => Sizes);
  /** Size of the variable field behind them, by Python's slice rules; undefined: it cannot be read. */
  span?: (data: Buffer, at: number, available: number) => number | undefined;
  /** The variable field is a list of values this large: a rest cannot be read. */
  unit?: number;
  /** The variable field is filled up to a multiple of this. */
  align?: number;
  /** Fields behind the variable one. */
  after?: Sizes | ((data: Buffer, at: number) => Sizes);
  /** How many bytes behind the header are its own, by Python's slice rules; the others are padding. */
  keep?: (data: Buffer, at: number) => number;
  /** What the bytes `data[from..to)` behind the header are; undefined: raw. */
  next?: (data: Buffer, at: number, from: number, to: number) => LayerName | undefined;
  /** A header cut below this many bytes cannot be rebuilt. */
  rebuildable?: number;
}

/** Where fields of these sizes end; -1 when one of them cannot be read. Fields are read while bytes remain. */
export function endOfFields(sizes: Sizes, data: Buffer, start: number, end: number): number {
  let at = start;
  for (const size of sizes) {
    if (at >= end) break;
    if (size > 0) {
      if (end - at < size) return -1;
      at += size;
    } else if (size < 0) at = Math.min(end, at - size);
    else {
      while (at < end && data[at] !== 0) at++;
      if (at === end) return -1;
      at++;
    }
  }
  return at;
}

/** The dissector of a foreign layer, or of a family of them that is told apart by its first bytes. */
export function foreign(
  layer: Foreign | ((data: Buffer, at: number, end: number) => Foreign | undefined),
): Dissector {
  return (walk, at, end) => {
    const { data } = walk;
    const spec = typeof layer === 'function' ? layer(data, at, end) : layer;
    if (spec === undefined) return false;
    const from = endOfHeader(spec, data, at, end);
    if (from < 0) return false;
    if (spec.rebuildable !== undefined && from - at < spec.rebuildable) walk.unbuildable = true;
    if (from >= end) return true;
    const to = spec.keep === undefined ? end : from + slice(end - from, spec.keep(data, at));
    walk.follow(spec.next?.(data, at, from, to), from, to);
    walk.padding(to, end);
    return true;
  };
}

function endOfHeader(spec: Foreign, data: Buffer, start: number, end: number): number {
  const sizes = (fields: NonNullable<Foreign['after']>) =>
    typeof fields === 'function' ? fields(data, start) : fields;
  let at = endOfFields(sizes(spec.fields), data, start, end);
  if (at < 0 || at >= end) return at;
  if (spec.span !== undefined) {
    const span = spec.span(data, start, end - at);
    if (span === undefined) return -1;
    const size = slice(end - at, span);
    if (spec.unit !== undefined && size % spec.unit !== 0) return -1;
    const padding = spec.align === undefined ? 0 : (spec.align - (size % spec.align)) % spec.align;
    at = Math.min(end, at + size + padding);
  }
  return spec.after === undefined ? at : endOfFields(sizes(spec.after), data, at, end);
}
