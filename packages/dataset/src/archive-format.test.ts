import { describe, expect, it } from 'vitest';
import { archiveHead, archiveTail, countField, readHead } from './archive-format.ts';

const head = (packets: number, dataset = 'a "name"'): string =>
  archiveHead('2018-01-29 04:26:41', dataset, packets).toString();

describe('the head of an archive', () => {
  it('is as long whatever the count', () => {
    expect(head(123_456_789)).toHaveLength(head(0).length);
    expect(countField(22).toString()).toBe('22,              ');
  });

  it('tells its count and where that stands', () => {
    const start = `${head(22)}\n        {`;
    const { length, countAt, packets } = readHead(start)!;
    expect(packets).toBe(22);
    expect(start.slice(0, length)).toBe(head(22));
    expect(start.slice(countAt)).toMatch(/^22, /);
  });

  it('is JSON with its tail', () => {
    expect(JSON.parse(head(0) + archiveTail(0))).toEqual({
      ...{ created: '2018-01-29 04:26:41', dataset: 'a "name"', num_packets: 0, packets: [] },
    });
  });

  it('is not found in other files', () => {
    for (const text of ['', '{}', '[]', head(1).replace('22', 'x').slice(3), head(1).replace(/ +\n/, '\n')]) {
      expect(readHead(text)).toBeUndefined();
    }
  });
});
