/**
 * `a // b` as Python and numpy work it out for floats: by the exact remainder, which for large quotients
 * differs from the floor of a rounded quotient. `b` is above 0.
 */
export function floorDivide(a: number, b: number): number {
  const remainder = a % b;
  let quotient = (a - remainder) / b;
  if (remainder < 0) quotient -= 1;
  const floor = Math.floor(quotient);
  return quotient - floor > 0.5 ? floor + 1 : floor;
}
