import { COLUMNS, type ColumnSpec, LEGACY_COLUMNS } from '@antinex/decoder';
import { describe, expect, it } from 'vitest';
import type { Group } from './group.ts';
import { legacyGroup, schema2Groups } from './layout.ts';

const width = ({ widths }: Group): number => widths.reduce((sum, item) => sum + item, 0);

describe('schema2Groups', () => {
  it('has a place for each column', () => {
    expect(width(schema2Groups())).toBe(COLUMNS.length);
    expect(width(legacyGroup())).toBe(LEGACY_COLUMNS.length);
  });

  it('refuses a catalogue whose order tears an object apart', () => {
    const column = (name: string, path: string[]): ColumnSpec => ({
      ...{ column: name, path, type: 'uint', meaning: '', title: '', unit: undefined },
    });
    const torn = [column('a_b', ['a', 'b']), column('a_b_c', ['a_b', 'c']), column('a_d', ['a', 'd'])];
    expect(() => schema2Groups(torn)).toThrow('a are not side by side');
  });
});
