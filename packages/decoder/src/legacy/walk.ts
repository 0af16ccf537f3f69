import { isUtf8 } from 'node:buffer';
import { hex } from '../bytes.ts';
import type { LegacyData, LegacyFields, LegacyLayer } from './data.ts';
import type { LayerName } from './names.ts';

/**
 * Reads one layer of `data[at..end)` and all behind it. False, before anything is put, when kamene
 * cannot read the layer: it shows the bytes as `raw` then. `end` is greater than `at`.
 */
export type Dissector = (walk: Walk, at: number, end: number) => boolean;
export type Dissectors = Readonly<Record<LayerName, Dissector>>;

/** Layers inside each other: about where Python's recursion limit (1000) stops kamene. */
const MAX_DEPTH = 240;

/** A frame on its way through kamene's layers, and the dict the original makes of it. */
export class Walk {
  readonly data: Buffer;
  readonly layers: LegacyData = {};
  /** The original rebuilds the packet's bytes first; where kamene cannot, it sends an empty dict. */
  unbuildable = false;
  /** The original's converter failed at a layer: that layer is the last one in the dict. */
  stopped = false;
  /** The original looks for an Ethernet header first: what lies around it is not in the dict. */
  started = false;
  /** Length field of the IPv4 header right below a transport header, -1 below IPv6. */
  ipLength = -1;
  private readonly dissectors: Dissectors;
  private depth = 0;

  constructor(data: Buffer, dissectors: Dissectors) {
    this.data = data;
    this.dissectors = dissectors;
  }

  /** A repeated layer takes the place of the first one, with the values of the last. */
  put(layer: LegacyLayer, fields: LegacyFields): void {
    if (this.started && !this.stopped) this.layers[layer] = fields;
  }

  /** Reads `data[at..end)` as `next`; as `raw` when there is no such layer or it cannot be read. */
  follow(next: LayerName | undefined, at: number, end: number): void {
    if (at >= end) return;
    if (next !== undefined && this.read(next, at, end)) return;
    this.raw(at, end);
  }

  /** Reads `data[at..end)` as `layer`; false when that cannot be done. */
  read(layer: LayerName, at: number, end: number): boolean {
    if (this.depth >= MAX_DEPTH) return false;
    this.depth++;
    const done = this.dissectors[layer](this, at, end);
    this.depth--;
    return done;
  }

  raw(at: number, end: number): void {
    this.put('raw', this.load(at, end));
  }

  padding(at: number, end: number): void {
    if (at < end) this.put('padding', this.load(at, end));
  }

  /** Hex under a name that tells whether the bytes are UTF-8: the original's own distinction. */
  private load(at: number, end: number): LegacyFields {
    const text = hex(this.data, at, end);
    return isUtf8(this.data.subarray(at, end)) ? { load: text } : { hex_field_load: text };
  }
}
