/** How two JSON values differ in keys and types, one line for each place; lists by their first elements. */
export function differences(expected: unknown, found: unknown, place = ''): string[] {
  const [kindExpected, kindFound] = [kindOf(expected), kindOf(found)];
  if (kindExpected !== kindFound) return [`${place || '.'}: ${kindFound} for ${kindExpected}`];
  if (kindExpected === 'list') {
    const [first] = expected as unknown[];
    const [other] = found as unknown[];
    return first === undefined || other === undefined ? [] : differences(first, other, `${place}[]`);
  }
  if (kindExpected !== 'object') return [];
  const [one, two] = [expected, found] as Record<string, unknown>[];
  return [...new Set([...Object.keys(one), ...Object.keys(two)])].flatMap((key) => {
    const here = `${place}.${key}`;
    if (!Object.hasOwn(two, key)) return [`${here}: missing`];
    if (!Object.hasOwn(one, key)) return [`${here}: new`];
    return differences(one[key], two[key], here);
  });
}

function kindOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}
