/**
 * JSON as Python's json.dumps writes it, which is what kombu puts on the wire: `, ` and `: ` between
 * the parts, everything beyond printable ASCII escaped. For values that came out of JSON.parse.
 *
 * @throws RangeError for values nested some thousand levels deep.
 */
export function pythonJson(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value).replace(NOT_ASCII, escaped);
  if (Array.isArray(value)) return `[${value.map(pythonJson).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, member]) => `${pythonJson(key)}: ${pythonJson(member)}`);
    return `{${members.join(', ')}}`;
  }
  return JSON.stringify(value);
}

const NOT_ASCII = /[\u007f-\uffff]/g;

const escaped = (unit: string) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
