import { describe, expect, it } from 'vitest';
import { usableForMs } from './token.ts';

const token = (payload: string) => `e30.${Buffer.from(payload).toString('base64url')}.sig`;
const NOW = 1_800_000_000_000;

describe('a token', () => {
  it.each([
    [300, 270_000],
    [120, 90_000],
    [8, 6000],
    [0, 0],
    [-10, 0],
  ])('of %d s is used for %d ms', (seconds, ms) => {
    expect(usableForMs(token(JSON.stringify({ exp: NOW / 1000 + seconds })), NOW)).toBe(ms);
  });

  it.each([
    '',
    'x',
    'a.b',
    'a..c',
    token('null'),
    token('[]'),
    token('{"exp":"soon"}'),
    token('{"exp":1e999}'),
    token('{'),
  ])('that does not say is used until it is refused: %j', (text) => {
    expect(usableForMs(text, NOW)).toBeUndefined();
  });
});
