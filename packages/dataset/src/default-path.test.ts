import { describe, expect, it } from 'vitest';
import { defaultCsvPath } from './default-path.ts';

describe('defaultCsvPath', () => {
  it('is made of folder, name and local time', () => {
    const time = new Date(2026, 0, 9, 4, 5, 6, 789);
    const path = defaultCsvPath({ datasetDir: '/data', datasetName: 'mine' }, time);
    expect(path).toBe('/data/mine-2026-01-09-04-05-06.csv');
  });
});
