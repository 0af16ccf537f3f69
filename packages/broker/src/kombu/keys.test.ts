import { describe, expect, it } from 'vitest';
import { binding, bindingsOf, listsOf, unackedSuffix } from './keys.ts';

const SEPARATOR = '\x06\x16';

describe('kombu keys', () => {
  it('has a list for each priority', () => {
    expect(listsOf('Q')).toEqual(['Q', `Q${SEPARATOR}3`, `Q${SEPARATOR}6`, `Q${SEPARATOR}9`]);
  });

  it('binds a queue with the pattern of its key', () => {
    expect(bindingsOf('NEW_PACKETS')).toBe('_kombu.binding.NEW_PACKETS');
    expect(binding('NEW_PACKETS', 'NEW_PACKETS').split(SEPARATOR)).toEqual([
      'NEW_PACKETS',
      '^NEW\\_PACKETS$',
      'NEW_PACKETS',
    ]);
    expect(binding('lab.*.#', 'Q').split(SEPARATOR)[1]).toBe('^lab\\..*?[^\\.]\\..*?$');
    expect(binding('a*b.ä-\0', 'Q').split(SEPARATOR)[1]).toBe('^a*b\\.ä\\-\\000$');
  });

  it('tells the route after an unacked message', () => {
    expect(unackedSuffix('ä"', 'key')).toBe(', "\\u00e4\\"", "key"]');
  });
});
