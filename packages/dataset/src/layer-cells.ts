import { assemble, COLUMNS, call, type FieldType, type ObjectWriter, put, UINT } from '@antinex/decoder';
import { putSafe } from './csv-cell.ts';
import type { Group } from './group.ts';
import { putCell } from './put-cell.ts';

/** Longer texts make room for themselves. */
const SHORT = 64;
const TYPES = new Map(COLUMNS.map(({ path, type }) => [path.join('.'), type]));

const TEXT = `if (typeof x === 'string' && x.length <= ${SHORT} && (q = putSafe(b, p, x)) >= 0) p = q;`;
/** How a cell of a type is written at `p` in `b`; what does not fit the pattern goes through `putCell`. */
const PATTERNS: Partial<Record<FieldType, string>> = {
  uint: UINT,
  int: UINT,
  bool: 'if (x === true) b[p++] = 49; else if (x === false) b[p++] = 48;',
  time: `${TEXT} else if (x instanceof TimeBytes) p = x.put(v, p);`,
  decimal: `${TEXT} else if (x instanceof TimeBytes) p = x.put(v, p);`,
  token: TEXT,
  string: TEXT,
  mac: TEXT,
  ipv4: TEXT,
  ipv6: TEXT,
  hex: TEXT,
};

/**
 * Makes a function that writes the cells of an object whose keys all have columns, a comma in front of
 * each. It answers false, and what it wrote is void, when the object is not what the catalogue says.
 */
export function compileCells(group: Group): ObjectWriter<boolean> {
  const { groups, keys } = group;
  const children = groups.map((inside) => inside && !inside.isPair && compileCells(inside));
  const body = [...keys.map((_, slot) => codeOf(group, slot)), 'w.length = p; return true;'].join('\n');
  const room = 16 + group.widths.reduce((sum, width) => sum + width, 0) * (SHORT + 1);
  return assemble<boolean>(room, body, { children, putCell, putSafe });
}

function codeOf({ groups, json, keys, path, widths }: Group, slot: number): string {
  const value = `x = values[${JSON.stringify(keys[slot])}];`;
  const inside = groups[slot];
  if (inside === undefined) {
    const type = TYPES.get([...path, keys[slot]].join('.'));
    const pattern = type === undefined ? undefined : PATTERNS[type];
    const generic = `if (x !== undefined && x !== null) { ${call(`if (!putCell(w, x, ${json[slot]})) return false`)} }`;
    return `${put(',')} ${value} ${pattern === undefined ? '' : `${pattern} else `}${generic}`;
  }
  const present = inside.isPair
    ? `if (!Array.isArray(x) || x.length !== 2) return false;
       ${[0, 1]
         .map(
           (place) => `${put(',')} q = x[${place}];
         if (typeof q !== 'number') return false;
         if (q >>> 0 === q) p = putUint(v, p, q); else { ${call('putCell(w, q, false)')} }`,
         )
         .join('\n')}`
    : `if (typeof x !== 'object') return false; ${call(`if (!children[${slot}](w, x)) return false`)}`;
  return `${value} if (x === undefined || x === null) { ${put(','.repeat(widths[slot]))} } else { ${present} }`;
}
