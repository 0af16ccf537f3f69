import { PipelineError } from '@antinex/runtime';

/** The names of label values: `{ labels: ['not_attack', 'attack'], label_values: [0, 1] }`. */
export interface LabelRules {
  readonly labels: readonly string[];
  readonly label_values: readonly number[];
}

/** Rows with labels to learn from, the classes they are of, and the place among these for each of the rows. */
export interface Classes {
  readonly values: readonly number[];
  readonly rows: Uint32Array;
  readonly targets: Float32Array;
}

/** AntiNex writes it for rows whose label nobody knows. */
export const UNKNOWN_LABEL = -1;

const unusable = (reason: string) => new PipelineError('TABLE_UNUSABLE', { what: 'the labels', reason });

/**
 * The two classes of a column of labels: the smaller value is 0, the larger one 1. Rows of the unknown
 * label -1 are left out. In `compat` mode they are a class like any other, and there may be any number of
 * classes, as AntiNex core has it.
 *
 * @throws PipelineError TABLE_UNUSABLE for any number of classes but two (compat: for none)
 */
export function classesOf(labels: ArrayLike<number>, compat = false): Classes {
  const rows = Uint32Array.from({ length: labels.length }, (_, row) => row).filter(
    (row) => compat || labels[row] !== UNKNOWN_LABEL,
  );
  const values = new Set<number>();
  for (const row of rows) {
    if (!Number.isFinite(labels[row])) throw unusable(`row ${row} has ${labels[row]}`);
    values.add(labels[row]);
    if (values.size > 2 && !compat) throw unusable('they are of more than two classes');
  }
  if (values.size < (compat ? 1 : 2)) throw unusable('two classes are needed to learn their difference');
  const sorted = [...values].sort((a, b) => a - b);
  const places = new Map(sorted.map((value, place) => [value, place]));
  return { values: sorted, rows, targets: Float32Array.from(rows, (row) => places.get(labels[row])!) };
}

/** The class of a score: the second one above a half. */
export const classOf = (classes: readonly number[], score: number) => classes[score > 0.5 ? 1 : 0];

/** What AntiNex core answers with a model it trained earlier: 0 or 1, whatever the classes were. */
export const classOfExisting = (score: number): 0 | 1 => (score > 0.5 ? 1 : 0);

/**
 * Label rules of a request.
 *
 * @throws PipelineError TABLE_UNUSABLE
 */
export function parseLabelRules(value: unknown): LabelRules {
  const { labels, label_values } = Object(value) as Record<string, unknown>;
  const isNames = Array.isArray(labels) && labels.every((label) => typeof label === 'string');
  const isNumbers = Array.isArray(label_values) && label_values.every(Number.isFinite);
  if (!isNames || !isNumbers) throw unusable('rules are lists of labels and label_values');
  if (labels.length !== label_values.length) throw unusable('rules have a value for each label');
  return { labels, label_values };
}

/** The name of a label value (without its fraction); undefined where the rules have none. */
export function labelName(rules: LabelRules, value: number): string | undefined {
  // A value that is named twice has its last name, as in a Python dict.
  return rules.labels[rules.label_values.lastIndexOf(Math.trunc(value))];
}
