export const DENSITY_KERNELS = [
  'gaussian',
  'tophat',
  'epanechnikov',
  'exponential',
  'linear',
  'cosine',
] as const;
export type DensityKernel = (typeof DENSITY_KERNELS)[number];

/** A kernel that ends: what a row adds at a share of the bandwidth, from 0 to below 1. */
export type EndingKernel = Exclude<DensityKernel, 'gaussian' | 'exponential'>;

export function endingKernel(kernel: EndingKernel): (distance: number) => number {
  switch (kernel) {
    case 'tophat':
      return () => 1;
    case 'epanechnikov':
      return (distance) => 1 - distance * distance;
    case 'linear':
      return (distance) => 1 - distance;
    case 'cosine':
      return (distance) => Math.cos((Math.PI / 2) * distance);
  }
}

/** The logarithm of what a kernel of this bandwidth adds up to in a space of so many dimensions. */
export const logVolume = (kernel: DensityKernel, bandwidth: number, dimensions: number) =>
  dimensions * Math.log(bandwidth) + logUnitVolume(kernel, dimensions);

/** Each but gaussian: the surface of the unit ball by the integral of kernel(r) r^(dimensions - 1). */
function logUnitVolume(kernel: DensityKernel, dimensions: number): number {
  switch (kernel) {
    case 'gaussian':
      return (dimensions / 2) * Math.log(2 * Math.PI);
    case 'tophat':
      return logBall(dimensions);
    case 'epanechnikov':
      return logBall(dimensions) + Math.log(2 / (dimensions + 2));
    case 'linear':
      return logBall(dimensions) - Math.log(dimensions + 1);
    case 'exponential':
      return logBall(dimensions) + logFactorial(dimensions);
    case 'cosine':
      return logBall(dimensions) + Math.log(dimensions * cosineIntegral(dimensions));
  }
}

/** The logarithm of the volume of the unit ball: each two dimensions more multiply it by 2 pi / dimensions. */
function logBall(dimensions: number): number {
  let log = dimensions % 2 === 0 ? 0 : Math.LN2;
  for (let n = dimensions; n > 1; n -= 2) log += Math.log((2 * Math.PI) / n);
  return log;
}

function logFactorial(n: number): number {
  let log = 0;
  for (let i = 2; i <= n; i++) log += Math.log(i);
  return log;
}

/** The integral of cos(r pi / 2) r^(dimensions - 1) from 0 to 1, by the series of the cosine. */
function cosineIntegral(dimensions: number): number {
  const square = (Math.PI / 2) ** 2;
  let sum = 0;
  let term = 1;
  for (let power = 0; power <= 30; power += 2) {
    sum += term / (dimensions + power);
    term *= -square / ((power + 1) * (power + 2));
  }
  return sum;
}
