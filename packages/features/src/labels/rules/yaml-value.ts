import { PipelineError } from '@antinex/runtime';

/** Where in a document a value stands: names and numbers on the way to it. */
export type ValuePath = readonly (string | number)[];

/** A document that values are of. */
export interface YamlSource {
  readonly path: string;
  /** Counted from 1; undefined where it is not known. */
  lineOf(at: ValuePath): number | undefined;
  /** Values of lists that may still be read. */
  valuesLeft: number;
}

const LONGEST_SHOWN = 60;

/** A value of a YAML file; what is wrong with it is told with its place. */
export class YamlValue {
  readonly value: unknown;
  private readonly source: YamlSource;
  private readonly at: ValuePath;

  constructor(value: unknown, source: YamlSource, at: ValuePath = []) {
    this.value = value;
    this.source = source;
    this.at = at;
  }

  /**
   * The values of a map by name.
   *
   * @param what a name says, for the reader
   * @throws PipelineError LABELS_UNUSABLE for what is no map, or has other names than the known ones
   */
  fields<K extends string>(known: readonly K[], what: string): ReadonlyMap<K, YamlValue> {
    const { value } = this;
    if (typeof value !== 'object' || value === null || Array.isArray(value)) {
      throw this.refuse(`there must be a map of ${known.join(', ')} here, not ${this.shown()}`);
    }
    const isKnown = (name: string): name is K => (known as readonly string[]).includes(name);
    const fields = new Map<K, YamlValue>();
    for (const [name, field] of Object.entries(value)) {
      const inside = this.inside(name, field);
      if (!isKnown(name)) throw inside.refuse(`${shown(name)} is no ${what}; there are ${known.join(', ')}`);
      fields.set(name, inside);
    }
    return fields;
  }

  /**
   * The values of a list, or the one value that is no list.
   *
   * @throws PipelineError LABELS_UNUSABLE for an empty list, and for too many values of all lists
   */
  items(): YamlValue[] {
    const { value, source } = this;
    if (!Array.isArray(value)) return [this];
    if (value.length === 0) throw this.refuse('this list is empty: name something, or leave it out');
    source.valuesLeft -= value.length;
    if (source.valuesLeft < 0)
      throw this.refuse('aliases repeat too many values: join rules that share a list');
    return value.map((item, i) => this.inside(i, item));
  }

  /** The value for the reader, in short. */
  shown(): string {
    return shown(this.value);
  }

  /** An error about this value. */
  refuse(reason: string): PipelineError {
    const { at, source } = this;
    const line = source.lineOf(at);
    const rule = at[0] === 'rules' && typeof at[1] === 'number' ? `rule ${at[1] + 1}` : undefined;
    const place = [line === undefined ? undefined : `line ${line}`, rule].filter(
      (part) => part !== undefined,
    );
    return new PipelineError('LABELS_UNUSABLE', {
      path: source.path,
      reason: place.length > 0 ? `${place.join(', ')}: ${reason}` : reason,
    });
  }

  private inside(step: string | number, value: unknown): YamlValue {
    return new YamlValue(value, this.source, [...this.at, step]);
  }
}

function shown(value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (typeof value === 'object') return Array.isArray(value) ? 'a list' : 'a map';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > LONGEST_SHOWN ? `${text.slice(0, LONGEST_SHOWN)}…` : text;
}
