import { describe, expect, it } from 'vitest';
import { NOVELTY_ALGORITHMS } from './catalogue.ts';
import { defaultOf, defineParameters, describeValues, readParameters } from './parameters.ts';

const parameters = defineParameters({
  share: { type: 'number', above: 0, max: 1, words: ['auto'], default: 'auto', help: 'a share' },
  count: { type: 'integer', min: 2, nullable: true, default: 3, compatDefault: null, help: 'a count' },
  flag: { type: 'boolean', default: true, help: 'a flag' },
  kind: { type: 'choice', choices: ['a', 'b'], default: 'a', help: 'a kind' },
  list: { type: 'list', default: null, nullable: true, help: 'a list' },
});
const read = (given: unknown, compat = false) => readParameters('X', parameters, given, compat);

describe('parameters', () => {
  it('are what is given, or else the default', () => {
    expect(read({})).toEqual({ share: 'auto', count: 3, flag: true, kind: 'a', list: null });
    expect(read({}, true)).toMatchObject({ count: null });
    const given = { share: 0.5, count: null, flag: false, kind: 'b', list: [[1, 2], [3]] };
    expect(read(given)).toEqual(given);
  });

  it.each([
    [{ share: 0 }, 'share must be a number above 0 up to 1, or auto, not 0'],
    [{ share: 1.5 }, 'not 1.5'],
    [{ share: 'scale' }, 'not "scale"'],
    [{ share: '0.5' }, 'not "0.5"'],
    [{ share: Number.NaN }, 'share must be'],
    [{ share: true }, 'not true'],
    [{ share: null }, 'share must be'],
    [{ count: 2.5 }, 'count must be a whole number from 2, or null, not 2.5'],
    [{ count: 1 }, 'count must be'],
    [{ count: 1e300 }, 'count must be'],
    [{ flag: 1 }, 'flag must be true or false, not 1'],
    [{ kind: 'c' }, 'kind must be one of a, b, not "c"'],
    [{ kind: ['a'] }, 'kind must be'],
    [{ list: [] }, 'list must be a list of numbers'],
    [{ list: ['1'] }, 'list must be'],
    [{ list: [[[[1]]]] }, 'list must be'],
    [{ list: 5 }, 'list must be'],
    [{ other: 1 }, 'there is no parameter "other"'],
    [{ constructor: 1 }, 'there is no parameter "constructor"'],
    [JSON.parse('{"__proto__": 1}'), 'there is no parameter "__proto__"'],
    ['share=1', 'parameters are names with values'],
    [[1], 'parameters are names with values'],
    [null, 'parameters are names with values'],
  ])('refuses %j', (given, text) => {
    expect(() => read(given)).toThrow(
      expect.objectContaining({
        code: 'PARAMETERS_INVALID',
        exitCode: 2,
        message: expect.stringContaining(text),
        hint: 'parameters of X: share, count, flag, kind, list',
      }),
    );
  });

  it('says all that is wrong at once, and shortens what is long', () => {
    expect(() => read({ flag: 'x'.repeat(1000), kind: 0, z: 1 })).toThrow(
      /^X: flag must be .*x\.\.\.; kind must be .*; there is no parameter "z"$/,
    );
  });
});

describe.each(NOVELTY_ALGORITHMS)('$name', ({ name, title, description, parameters: own }) => {
  it('says what it is, and of each parameter what it does', () => {
    for (const text of [title, description, ...Object.values(own).map(({ help }) => help)])
      expect(text.length).toBeGreaterThan(2);
    for (const parameter of Object.values(own)) expect(describeValues(parameter)).toMatch(/^(a|one|true)/);
  });

  it.each([false, true])('takes its own defaults (compat: %s)', (compat) => {
    const defaults = Object.fromEntries(
      Object.entries(own).map(([key, value]) => [key, defaultOf(value, compat)]),
    );
    expect(readParameters(name, own, defaults, compat)).toEqual(readParameters(name, own, {}, compat));
  });
});
