import {
  FixedBytes,
  fleetingFrame,
  type LayerPath,
  type LazyMessage,
  type ObjectWriter,
  OfOrigin,
  type Origin,
  putNumber,
  type Raw,
  type TextWriter,
} from '@antinex/decoder';
import { putCommas } from './commas.ts';
import { csvCell } from './csv-cell.ts';
import type { Group } from './group.ts';
import { compileCells } from './layer-cells.ts';
import { schema2Groups } from './layout.ts';
import { MAX_NAME_LENGTH, MAX_ROW_BYTES } from './limits.ts';
import { budget } from './put-cell.ts';

const COMMA = 0x2c;
const NEWLINE = 0x0a;
const LONGEST_NUMBER = 25;
/** Bytes that may be written behind the end. */
const SPARE = 8;

/** The columns of one layer, and the empty ones in front of them. */
interface Step {
  readonly gap: number;
  readonly name: string;
  /** Which of the packet's layers; -1 for its frame. */
  readonly layer: number;
  /** Undefined for payload and padding, which need not be there. */
  readonly write: ObjectWriter<boolean> | undefined;
}

/** How rows of packets with the same layers are made. */
interface RowPlan {
  readonly steps: readonly Step[];
  /** Empty columns at the end. */
  readonly gap: number;
}

/** What all ids of a session begin with, after a comma; undefined where they need quotes or are too long. */
function frontOf({ source, session }: Origin): FixedBytes | undefined {
  const text = `${source}-${session}-`;
  const isPlain = csvCell(text) === text && text.length + LONGEST_NUMBER <= MAX_NAME_LENGTH;
  return isPlain ? new FixedBytes(`,${text}`) : undefined;
}

/**
 * Writes rows of schema 2 straight from decoded packets: the bytes that a Schema2Placer and a RowWriter make
 * of their messages, several times faster.
 */
export class LazyRows {
  readonly #root = schema2Groups();
  readonly #plans = new Map<LayerPath, RowPlan>();
  readonly #layers = new Map<Group, ObjectWriter<boolean>>();
  #frame: object = {};
  readonly #front = new OfOrigin(frontOf);

  /**
   * Writes the row of a message, and behind it so many empty cells. False when it writes none: for a message
   * with packets in its packet, and whatever else is not as usual.
   */
  write(out: TextWriter, index: number, message: LazyMessage, extraColumns: number): boolean {
    const { decoded, number, origin, path } = message;
    if (path.keys === undefined) return false;
    const front = this.#front.get(origin);
    if (front === undefined) return false;
    const plan = this.#planOf(path, path.keys);
    const start = out.length;
    budget.reset();
    const buffer = out.reserve(front.length + 2 * LONGEST_NUMBER + SPARE);
    const at = front.put(out.words, putNumber(buffer, start, index));
    out.length = putNumber(buffer, at, number);
    this.#frame = fleetingFrame(decoded, number, path.text);
    for (const step of plan.steps) {
      separate(out, step.gap);
      if (!this.#writeLayer(out, message, step)) {
        out.length = start;
        return false;
      }
    }
    separate(out, plan.gap + extraColumns);
    out.byte(NEWLINE);
    if (out.length - start <= MAX_ROW_BYTES) return true;
    out.length = start;
    return false;
  }

  #writeLayer(out: TextWriter, message: LazyMessage, { layer, name, write }: Step): boolean {
    const { layers } = message.decoded;
    if (write !== undefined) return write(out, layer < 0 ? this.#frame : layers[layer]);
    out.byte(COMMA);
    for (let i = message.path.names.length; i < layers.length; i++) {
      const raw = layers[i] as Raw;
      if (raw.layer === name) out.hex(message.decoded.packet.data, raw.start, message.endOf(raw));
    }
    return true;
  }

  #planOf(path: LayerPath, names: readonly string[]): RowPlan {
    let plan = this.#plans.get(path);
    if (plan === undefined) {
      plan = this.#newPlan(names);
      this.#plans.set(path, plan);
    }
    return plan;
  }

  #newPlan(names: readonly string[]): RowPlan {
    const { groups, keys, widths } = this.#root;
    const steps: Step[] = [];
    let gap = 0;
    for (const [slot, name] of keys.entries()) {
      const layer = names.indexOf(name);
      const group = groups[slot];
      const isLoad = name === 'raw' || name === 'padding';
      if (group === undefined || (layer < 0 && name !== 'frame' && !isLoad)) gap += widths[slot];
      else {
        steps.push({ gap, name, layer, write: isLoad ? undefined : this.#layerWriter(group) });
        gap = 0;
      }
    }
    return { steps, gap };
  }

  #layerWriter(group: Group): ObjectWriter<boolean> {
    const known = this.#layers.get(group) ?? compileCells(group);
    this.#layers.set(group, known);
    return known;
  }
}

function separate(out: TextWriter, commas: number): void {
  out.reserve(commas + SPARE);
  out.length = putCommas(out.words, out.length, commas);
}
