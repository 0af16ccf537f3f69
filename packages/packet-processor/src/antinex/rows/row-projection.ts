import type { Row } from '@antinex/antinex-client';
import { createFlattener, type Flattener, type Schema } from '@antinex/dataset';
import { legacyForm } from '../../messages/legacy-form.ts';
import { isSchema2, type ParsedMessage } from '../../messages/message.ts';

/** Makes rows as a model knows them, with those columns that it asks for. */
export class RowProjection {
  readonly #schema: Schema;
  readonly #features: readonly string[];
  readonly #flattener: Flattener;
  /** Where the features stand among the columns, -1 for those there are none of. */
  #places: number[] = [];
  #columns = 0;

  /** The row's number in the dataset is left out: it says nothing about a packet. */
  constructor(schema: Schema, features: readonly string[]) {
    this.#schema = schema;
    this.#features = features.filter((name) => name !== 'idx');
    this.#flattener = createFlattener(schema);
  }

  /** The row of a message; undefined when it has none in the model's schema. */
  project(message: ParsedMessage): Row | undefined {
    const form = this.#formOf(message);
    const row = form && this.#flattener.flatten(form, 0);
    if (row === undefined || typeof row === 'string') return undefined;
    const places = this.#placesNow();
    const values: Record<string, unknown> = {};
    for (let i = 0; i < places.length; i++) {
      const cell = row.cells[places[i]];
      if (cell !== null && cell !== undefined) values[this.#features[i]] = cell;
    }
    return values;
  }

  #formOf(message: ParsedMessage): ParsedMessage | undefined {
    if (!isSchema2(message)) return this.#schema === 'legacy' ? message : undefined;
    if (this.#schema === 2) return message;
    const form = legacyForm(message);
    return typeof form === 'string' || form.data === null ? undefined : form;
  }

  /** Fields that the catalogue does not know get columns when they first come. */
  #placesNow(): readonly number[] {
    const { columns } = this.#flattener;
    if (columns.length !== this.#columns) {
      const place = new Map(columns.map((name, i) => [name, i]));
      this.#places = this.#features.map((name) => place.get(name) ?? -1);
      this.#columns = columns.length;
    }
    return this.#places;
  }
}
