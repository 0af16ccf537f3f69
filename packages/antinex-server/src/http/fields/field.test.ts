import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Field, type Kind, readFields } from './field.ts';

const readOne = (kind: Kind, raw: unknown, more: Partial<Field> = {}) => {
  const { values, problems } = readFields({ x: { kind, about: '', ...more } }, { x: raw });
  return Object.hasOwn(values, 'x') ? values.x : problems.x;
};

describe('readFields', () => {
  it.each<[Kind, unknown, unknown]>([
    ['integer', 5, 5],
    ['integer', '5', 5],
    ['integer', ' -5e1 ', -50],
    ['integer', 5.5, ['A valid integer is required.']],
    ['integer', 2 ** 53, ['A valid integer is required.']],
    ['integer', '', ['A valid integer is required.']],
    ['integer', true, ['A valid integer is required.']],
    ['integer', '0x10', ['A valid integer is required.']],
    ['number', '.2', 0.2],
    ['number', Number.POSITIVE_INFINITY, ['A valid number is required.']],
    ['number', 'NaN', ['A valid number is required.']],
    ['flag', 1, true],
    ['flag', 'false', false],
    ['flag', 2, ['Must be true or false.']],
    ['text', 'x', 'x'],
    ['text', 5, ['Not a valid string.']],
    ['text', 'x'.repeat(513), ['Ensure this field has no more than 512 characters.']],
    ['jsonText', '{"a":[1]}', { a: [1] }],
    ['jsonText', { a: 1 }, ['Must be JSON as text.']],
    ['jsonText', '{a', ['Must be valid JSON.']],
    ['json', { a: 1 }, { a: 1 }],
    ['json', '[1]', [1]],
    ['any', [[]], [[]]],
  ])('%s: %j', (kind, raw, read) => expect(readOne(kind, raw)).toEqual(read));

  it('takes null for what is not there, and asks for what has to be', () => {
    expect(readOne('integer', null, { default: 7 })).toBe(7);
    expect(readOne('integer', undefined)).toBeNull();
    expect(readOne('text', null, { required: true })).toBeNull();
    expect(readFields({ x: { kind: 'text', about: '', required: true } }, {}).problems).toEqual({
      x: ['This field is required.'],
    });
  });

  it('leaves out what it does not know, and what objects have of themselves', () => {
    const table = { toString: { kind: 'text', about: '' } } as const;
    expect(readFields(table, { y: 1 })).toEqual({ values: { toString: null }, problems: {} });
  });

  it('has a value or a problem for everything', () => {
    const kinds = fc.constantFrom<Kind>('text', 'integer', 'number', 'flag', 'jsonText', 'json', 'any');
    fc.assert(
      fc.property(kinds, fc.anything(), (kind, raw) => {
        const { values, problems } = readFields({ x: { kind, about: '' } }, { x: raw });
        expect(Object.keys(values).length + Object.keys(problems).length).toBe(1);
      }),
      { seed: 2, numRuns: 500 },
    );
  });
});
