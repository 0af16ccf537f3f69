import { describe, expect, it } from 'vitest';
import { type Rotation, roomIn, rotates } from './rotation.ts';

const NEVER: Rotation = { rows: undefined, bytes: undefined, ms: undefined };
const size = { rows: 10, bytes: 5000, ageMs: 60_000 };

describe('rotation', () => {
  it('leaves room without end where nothing limits a dataset', () => {
    expect(rotates(NEVER)).toBe(false);
    expect(roomIn(size, NEVER)).toBe(Number.POSITIVE_INFINITY);
  });

  it.each([
    [{ rows: 12 }, 2],
    [{ rows: 10 }, 0],
    [{ rows: 9 }, 0],
    [{ bytes: 5000 }, 0],
    [{ bytes: 5001, rows: 11 }, 1],
    [{ ms: 60_000 }, 0],
    [{ ms: 60_001 }, Number.POSITIVE_INFINITY],
  ])('%j leaves room for %d rows', (limits, room) => {
    expect(rotates({ ...NEVER, ...limits })).toBe(true);
    expect(roomIn(size, { ...NEVER, ...limits })).toBe(room);
  });

  it('does not call an empty dataset full, however old it is', () => {
    expect(roomIn({ rows: 0, bytes: 5000, ageMs: 60_000 }, { rows: 3, bytes: 1, ms: 1 })).toBe(3);
  });
});
