import { PipelineError } from '@antinex/runtime';
import { type FeatureTable, FLOW_COLUMNS, type FlowCells, MAX_NUMBERS } from './feature-table.ts';

const LABEL = 'label';
const LABEL_NAME = 'label_name';
const NOT_FEATURES: readonly string[] = [...FLOW_COLUMNS, LABEL, LABEL_NAME];
const FIRST_NUMBERS = 1 << 16;

/** Makes a table of rows that come one by one, with cells as the format has them. */
export class TableBuilder {
  private readonly path: string;
  private readonly features: { readonly name: string; readonly at: number }[] = [];
  private readonly flowColumns: { readonly name: string; readonly at: number }[] = [];
  private readonly labelAt: number;
  private readonly labels: number[] = [];
  private readonly flows: FlowCells[] = [];
  private readonly width: number;
  private values = new Float64Array(FIRST_NUMBERS);
  private rows = 0;

  /** @throws PipelineError FEATURE_FILE_UNUSABLE */
  constructor(path: string, names: readonly string[]) {
    this.path = path;
    this.width = names.length;
    names.forEach((name, at) => {
      if (!NOT_FEATURES.includes(name)) this.features.push({ name, at });
      else if (name !== LABEL && name !== LABEL_NAME) this.flowColumns.push({ name, at });
    });
    this.labelAt = names.indexOf(LABEL);
    if (new Set(names).size < names.length) throw this.unusable('two of its columns have one name');
    if (this.features.length === 0) throw this.unusable('it has no columns of features');
  }

  /** @throws PipelineError FEATURE_FILE_UNUSABLE for cells that are none of a feature table */
  add(cells: readonly unknown[]): void {
    const { features, flowColumns, labelAt } = this;
    if (cells.length !== this.width)
      throw this.unusable(`row ${this.rows + 1} has ${cells.length} cells, not ${this.width}`);
    let at = this.rows * features.length;
    if (at + features.length > this.values.length) this.grow();
    for (const feature of features) this.values[at++] = this.number(cells[feature.at], feature.name);
    if (labelAt >= 0) this.labels.push(this.label(cells[labelAt]));
    if (flowColumns.length > 0)
      this.flows.push(
        Object.fromEntries(flowColumns.map(({ name, at }) => [name, flowCell(name, cells[at])])),
      );
    this.rows++;
  }

  /** @throws PipelineError FEATURE_FILE_UNUSABLE when there are no rows */
  finish(): FeatureTable {
    const { rows, features } = this;
    if (rows === 0) throw this.unusable('it has no rows');
    const values = this.values.slice(0, rows * features.length);
    return {
      columns: features.map(({ name }) => name),
      matrix: { values, rows, columns: features.length },
      labels: this.labelAt < 0 ? undefined : Uint8Array.from(this.labels),
      flows: this.flowColumns.length > 0 ? this.flows : undefined,
    };
  }

  private number(cell: unknown, column: string): number {
    const value = typeof cell === 'string' && cell.trim() === '' ? Number.NaN : Number(cell ?? Number.NaN);
    if (Number.isFinite(value)) return value;
    throw this.unusable(`row ${this.rows + 1}, column ${column} is ${show(cell)}, and features are numbers`);
  }

  private label(cell: unknown): number {
    const value = this.number(cell, LABEL);
    if (value === 0 || value === 1) return value;
    throw this.unusable(`the label of row ${this.rows + 1} is ${show(cell)}, and not 0 or 1`);
  }

  private grow(): void {
    const numbers = Math.max(2 * this.values.length, (this.rows + 1) * this.features.length);
    if ((this.rows + 1) * this.features.length > MAX_NUMBERS)
      throw this.unusable(`it has more than ${MAX_NUMBERS} numbers`);
    const values = new Float64Array(Math.min(numbers, MAX_NUMBERS));
    values.set(this.values);
    this.values = values;
  }

  private unusable(reason: string): PipelineError {
    return new PipelineError('FEATURE_FILE_UNUSABLE', { path: this.path, reason });
  }
}

const TEXTS: readonly string[] = ['source', 'destination'];

/** Addresses are texts and all else numbers; null for what is neither. */
function flowCell(column: string, cell: unknown): string | number | null {
  if (cell === null || cell === undefined) return null;
  if (TEXTS.includes(column)) return String(cell);
  const value = Number(cell);
  return Number.isFinite(value) && cell !== '' ? value : null;
}

function show(cell: unknown): string {
  if (cell === null || cell === undefined || cell === '') return 'empty';
  const text = typeof cell === 'string' ? `"${cell}"` : String(cell);
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
