import type { Layer } from '../layer.ts';
import type { Writer } from '../writer.ts';

/** Bytes that no layer read: payload (`raw`), or what lies behind the packet's own end (`padding`). */
export class Raw implements Layer {
  readonly layer: 'raw' | 'padding';
  /** Range in the packet's `data`; the message turns it into hex. */
  readonly start: number;
  readonly end: number;

  constructor(layer: 'raw' | 'padding', start: number, end: number) {
    this.layer = layer;
    this.start = start;
    this.end = end;
  }
}

export interface RawFields {
  /** Hex. */
  load?: string;
}

export function encodeRaw(fields: RawFields, w: Writer): void {
  w.hex(fields.load);
}
