import { describe, expect, it } from 'vitest';
import { legacyPaths, mainPathOf, rotatedPaths } from './dataset-paths.ts';

describe('paths of datasets', () => {
  it('have one of their own for legacy rows', () => {
    const paths = { csvPath: '/data/x.csv', archivePath: 'y.json' };
    expect(legacyPaths(paths)).toEqual({ csvPath: '/data/x.legacy.csv', archivePath: 'y.legacy.json' });
    expect(legacyPaths({ csvPath: 'plain' })).toEqual({ csvPath: 'plain.legacy', archivePath: undefined });
  });

  it('hold the time and a number when a dataset is spread over several', () => {
    const time = new Date('2024-01-31T23:59:59.123Z');
    expect(rotatedPaths({ csvPath: 'a/x.tar.csv' }, 7, time)).toEqual({
      csvPath: 'a/x.tar-20240131T235959.123Z-000007.csv',
      archivePath: undefined,
    });
  });

  it('are known by the CSV file, or else by the archive', () => {
    expect(mainPathOf({ csvPath: 'x', archivePath: 'y' })).toBe('x');
    expect(mainPathOf({ archivePath: 'y' })).toBe('y');
  });
});
