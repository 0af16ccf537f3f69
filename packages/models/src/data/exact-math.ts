/**
 * exp and log from the four operations alone, which IEEE 754 rounds alike everywhere: Math.exp may differ
 * in the last bit between machines and engines, and training would carry that into every weight. Both are
 * within a few units in the last place of float64, far below the float32 they end up in.
 */
export const LN2_HIGH = 0.6931471803691238;
export const LN2_LOW = 1.9082149292705877e-10;

/** 1/0!, 1/1!, ... 1/14!: the series of exp for arguments up to ln(2) / 2. */
export const EXP_SERIES = Array.from({ length: 15 }, (_, n) => {
  let factorial = 1;
  for (let i = 2; i <= n; i++) factorial *= i;
  return 1 / factorial;
});

/** 2^-1074 ... 2^1023 by repeated doubling of 1: exact. */
function powerOfTwo(exponent: number): number {
  let power = 1;
  const factor = exponent < 0 ? 0.5 : 2;
  for (let left = Math.abs(exponent); left > 0; left--) power *= factor;
  return power;
}

/** 2^-1022 ... 2^1023. */
export const POWERS = Float64Array.from({ length: 2046 }, (_, i) => powerOfTwo(i - 1022));

export function exp(x: number): number {
  if (x > 709.78) return Number.POSITIVE_INFINITY;
  if (x < -708) return 0;
  if (Number.isNaN(x)) return x;
  const exponent = Math.round(x / Math.LN2);
  const rest = x - exponent * LN2_HIGH - exponent * LN2_LOW;
  let sum = EXP_SERIES[14];
  for (let n = 13; n >= 0; n--) sum = sum * rest + EXP_SERIES[n];
  // 2^1024 alone is no number, though the result may be one.
  return exponent === 1024 ? sum * POWERS[2045] * 2 : sum * POWERS[exponent + 1022];
}

const bits = new DataView(new ArrayBuffer(8));

/** The natural logarithm of a positive, normal number. */
export function log(x: number): number {
  bits.setFloat64(0, x);
  let exponent = ((bits.getUint32(0) >>> 20) & 0x7ff) - 1023;
  let mantissa = x / POWERS[exponent + 1022];
  if (mantissa > Math.SQRT2) {
    mantissa /= 2;
    exponent++;
  }
  // log m = 2 atanh((m - 1) / (m + 1))
  const s = (mantissa - 1) / (mantissa + 1);
  const square = s * s;
  let sum = 0;
  for (let n = 23; n >= 3; n -= 2) sum = (sum + 1 / n) * square;
  return 2 * s * (sum + 1) + exponent * LN2_LOW + exponent * LN2_HIGH;
}

export const sigmoid = (x: number) => 1 / (1 + exp(-x));

export const tanh = (x: number) => (Math.abs(x) < 1e-5 ? x : 1 - 2 / (exp(2 * x) + 1));
