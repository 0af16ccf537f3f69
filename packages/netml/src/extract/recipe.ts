import { type BuildOptions, columnCount, FEATURE_TYPES, type FeatureShape } from '@antinex/features';

/** How flows were made of packets. */
export interface FlowRecipe extends BuildOptions {
  /** Seconds; infinite where nothing was split. */
  readonly interval: number;
}

/** How features were made, and so the same can be made of other packets. */
export interface Recipe {
  readonly shape: FeatureShape;
  readonly flows: FlowRecipe;
}

type Check = (value: unknown) => boolean;
const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) > 0;
const isSeconds: Check = (value) => Number.isFinite(value) && (value as number) >= 0;
const isTruth: Check = (value) => typeof value === 'boolean';
const isOneOf =
  (...values: readonly unknown[]): Check =>
  (value) =>
    values.includes(value);

const FLOW_CHECKS: Readonly<Record<string, Check>> = {
  compat: isOneOf('netml'),
  minPackets: isCount,
  interval: (value) => value === null || (isSeconds(value) && value !== 0),
  bidirectional: isTruth,
  tcpIdleSeconds: isSeconds,
  idleSeconds: isSeconds,
  activeSeconds: isSeconds,
  protocols: isOneOf('tcp-udp', 'all'),
  tunnels: isOneOf('inner', 'outer'),
  lengths: isOneOf('wire', 'captured'),
} satisfies { [K in keyof FlowRecipe]?: Check };

const SHAPE_CHECKS = {
  type: isOneOf(...FEATURE_TYPES),
  fft: isTruth,
  header: isTruth,
  packets: isCount,
  window: (value) => value === null || (isSeconds(value) && value !== 0),
} satisfies Record<keyof FeatureShape, Check>;

/** A recipe as JSON has it. */
export function recipeToJson({ shape, flows }: Recipe): { readonly shape: object; readonly flows: object } {
  return {
    shape: { ...shape, window: shape.window ?? null },
    flows: { ...flows, interval: Number.isFinite(flows.interval) ? flows.interval : null },
  };
}

/**
 * The recipe of features of so many columns, from JSON that anyone may have written.
 *
 * @throws Error that says what is wrong
 */
export function recipeFromJson(json: unknown, columns: number): Recipe {
  const { shape, flows } = Object(json) as Record<string, unknown>;
  const made = check('shape', shape, SHAPE_CHECKS, Object.keys(SHAPE_CHECKS));
  const { interval, ...options } = check('flows', flows, FLOW_CHECKS, ['interval']);
  const recipe = {
    shape: { ...made, window: made.window ?? undefined } as FeatureShape,
    flows: { ...options, interval: interval ?? Number.POSITIVE_INFINITY } as FlowRecipe,
  };
  if (columnCount(recipe.shape) === columns) return recipe;
  throw new Error(
    `features of its shape have ${columnCount(recipe.shape)} columns, and there are ${columns}`,
  );
}

function check(
  what: string,
  given: unknown,
  checks: Readonly<Record<string, Check>>,
  needed: readonly string[],
): Record<string, unknown> {
  const values = Object(given) as Record<string, unknown>;
  const missing = needed.find((name) => !Object.hasOwn(values, name));
  if (missing !== undefined) throw new Error(`its ${what} have no ${missing}`);
  for (const [name, value] of Object.entries(values)) {
    if (!Object.hasOwn(checks, name)) throw new Error(`its ${what} have an unknown "${name.slice(0, 40)}"`);
    if (!checks[name](value)) throw new Error(`the ${name} of its ${what} is none`);
  }
  return values;
}
