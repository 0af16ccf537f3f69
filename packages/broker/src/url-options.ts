/** Percent-decodes a part of a broker's URL; what is wrong with it joins `problems`. */
export function decodePart(text: string, problems: string[]): string {
  try {
    return decodeURIComponent(text);
  } catch {
    problems.push('a "%" is not followed by two hexadecimal digits (write %25 for "%")');
    return text;
  }
}

/** The option `name` of a broker's URL, a whole number; undefined when it is not given. */
export function wholeNumber(
  url: URL,
  name: string,
  least: number,
  most: number,
  problems: string[],
): number | undefined {
  const text = url.searchParams.get(name);
  if (text === null) return undefined;
  const value = /^\d{1,10}$/.test(text) ? Number(text) : -1;
  if (value < least || value > most) {
    problems.push(`${name} "${text}": must be a whole number from ${least} to ${most}`);
  }
  return value;
}
