import { PipelineError } from '@antinex/runtime';

interface ParameterBase {
  readonly help: string;
  /** null is a value, too: "none". */
  readonly nullable?: true;
  /** netml takes it, and nothing depends on it. */
  readonly unused?: true;
}

interface NumberParameter extends ParameterBase {
  readonly type: 'integer' | 'number';
  readonly min?: number;
  /** The smallest value is not one of them. */
  readonly above?: number;
  readonly max?: number;
  /** Words that may stand in place of a number. */
  readonly words?: readonly string[];
  readonly default: number | string | null;
  /** The default in compat mode, where it is another one. */
  readonly compatDefault?: number | string | null;
}

interface BooleanParameter extends ParameterBase {
  readonly type: 'boolean';
  readonly default: boolean;
}

interface ChoiceParameter extends ParameterBase {
  readonly type: 'choice';
  readonly choices: readonly string[];
  readonly default: string;
}

/** Lists of numbers, or of such lists. */
interface ListParameter extends ParameterBase {
  readonly type: 'list';
  readonly default: null;
  readonly nullable: true;
}

export type Parameter = NumberParameter | BooleanParameter | ChoiceParameter | ListParameter;

/** An algorithm's parameters by the names that netml has for them. */
export type Parameters = Readonly<Record<string, Parameter>>;

export interface NumberList extends ReadonlyArray<number | NumberList> {}
export type ParameterValue = number | string | boolean | null | NumberList;

type Plain<P extends Parameter> = P extends BooleanParameter
  ? boolean
  : P extends ListParameter
    ? NumberList
    : P extends ChoiceParameter
      ? P['choices'][number]
      : number | (P extends { readonly words: readonly (infer W)[] } ? W : never);

/** Checked values; those of `unused` ones, too. */
export type ParameterValues<S extends Parameters> = {
  readonly [K in keyof S]: Plain<S[K]> | (S[K] extends { readonly nullable: true } ? null : never);
};

export const defineParameters = <const S extends Parameters>(parameters: S): S => parameters;

/**
 * Checked values of an algorithm's parameters, with defaults where none is given.
 *
 * @param given an object, as it came from a user's YAML or JSON
 * @throws PipelineError PARAMETERS_INVALID, naming all that is wrong and the parameters there are
 */
export function readParameters<S extends Parameters>(
  algorithm: string,
  parameters: S,
  given: unknown,
  compat: boolean,
): ParameterValues<S> {
  const invalid = (problems: string[]) =>
    new PipelineError('PARAMETERS_INVALID', { algorithm, problems, known: Object.keys(parameters) });
  if (typeof given !== 'object' || given === null || Array.isArray(given))
    throw invalid(['parameters are names with values']);
  const problems: string[] = [];
  for (const [name, value] of Object.entries(given)) {
    if (!Object.hasOwn(parameters, name)) problems.push(`there is no parameter ${JSON.stringify(name)}`);
    else if (!isValue(parameters[name], value))
      problems.push(`${name} must be ${describeValues(parameters[name])}, not ${show(value)}`);
  }
  if (problems.length > 0) throw invalid(problems);
  const values = Object.entries(parameters).map(([name, parameter]) => {
    const value = Object.hasOwn(given, name) ? (given as Record<string, ParameterValue>)[name] : undefined;
    return [name, value ?? (value === null ? null : defaultOf(parameter, compat))];
  });
  return Object.fromEntries(values) as ParameterValues<S>;
}

/** What a parameter is when nobody says. */
export const defaultOf = (parameter: Parameter, compat = false): ParameterValue =>
  compat && 'compatDefault' in parameter && parameter.compatDefault !== undefined
    ? parameter.compatDefault
    : parameter.default;

/** The values a parameter can have, in words: 'a number above 0, or scale, auto'. */
export function describeValues(parameter: Parameter): string {
  const kinds = [plainValues(parameter)];
  if ('words' in parameter && parameter.words) kinds.push(parameter.words.join(', '));
  if (parameter.nullable) kinds.push('null');
  return kinds.join(', or ');
}

function plainValues(parameter: Parameter): string {
  switch (parameter.type) {
    case 'boolean':
      return 'true or false';
    case 'choice':
      return `one of ${parameter.choices.join(', ')}`;
    case 'list':
      return 'a list of numbers, or of such lists';
    default: {
      const { type, min, above, max } = parameter;
      const from = min === undefined ? above !== undefined && `above ${above}` : `from ${min}`;
      const bounds = [from, max !== undefined && `up to ${max}`].filter((bound) => bound !== false);
      return [type === 'integer' ? 'a whole number' : 'a number', ...bounds].join(' ');
    }
  }
}

function isValue(parameter: Parameter, value: unknown): boolean {
  if (value === null) return parameter.nullable === true;
  switch (parameter.type) {
    case 'boolean':
      return typeof value === 'boolean';
    case 'choice':
      return parameter.choices.includes(value as string);
    case 'list':
      return isList(value, 3);
    default: {
      if (typeof value === 'string') return parameter.words?.includes(value) === true;
      const { type, min = -Infinity, above = -Infinity, max = Infinity } = parameter;
      const isNumber = type === 'integer' ? Number.isSafeInteger(value) : Number.isFinite(value);
      return isNumber && (value as number) >= min && (value as number) > above && (value as number) <= max;
    }
  }
}

const isList = (value: unknown, depth: number): boolean =>
  Array.isArray(value) &&
  value.length > 0 &&
  value.every((item) => Number.isFinite(item) || (depth > 1 && isList(item, depth - 1)));

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 40)}...` : text;
}
