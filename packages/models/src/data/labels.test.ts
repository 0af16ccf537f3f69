import { describe, expect, it } from 'vitest';
import { classesOf, classOf, classOfExisting, labelName, parseLabelRules } from './labels.ts';

const unusable = expect.objectContaining({ code: 'TABLE_UNUSABLE' });

describe('classes', () => {
  it('are 0 and 1, without rows of unknown label', () => {
    const { values, rows, targets } = classesOf([1, -1, 0, 1]);
    expect([values, [...rows], [...targets]]).toEqual([
      [0, 1],
      [0, 2, 3],
      [1, 0, 1],
    ]);
  });

  it('count the unknown label as one in compat mode', () => {
    const { values, rows, targets } = classesOf([1, -1, -1], true);
    expect([values, [...rows], [...targets]]).toEqual([
      [-1, 1],
      [0, 1, 2],
      [1, 0, 0],
    ]);
  });

  it('are as many as there are in compat mode', () => {
    expect([...classesOf([1, -1, 0], true).targets]).toEqual([2, 0, 1]);
  });

  it.each([
    ['one class', [1, 1, -1], false],
    ['none', [], false],
    ['none, in compat mode', [], true],
    ['three classes', [0, 1, 2], false],
    ['NaN', [0, 1, Number.NaN], false],
  ])('of %s are refused', (_, labels, compat) => {
    expect(() => classesOf(labels, compat)).toThrow(unusable);
  });

  it('are decided at a half: -1 and 1 when trained, 0 and 1 with a model of before', () => {
    expect([0, 0.5, 0.51].map((score) => classOf([-1, 1], score))).toEqual([-1, -1, 1]);
    expect([0, 0.5, 0.51].map(classOfExisting)).toEqual([0, 0, 1]);
  });
});

describe('label rules', () => {
  const rules = parseLabelRules({ labels: ['not_attack', 'not_attack', 'attack'], label_values: [-1, 0, 1] });

  it('name values', () => {
    expect([-1, 0, 0.9, 1, 2].map((value) => labelName(rules, value))).toEqual([
      'not_attack',
      'not_attack',
      'not_attack',
      'attack',
      undefined,
    ]);
  });

  it('take the last name of a value that has two', () => {
    expect(labelName({ labels: ['a', 'b'], label_values: [1, 1] }, 1)).toBe('b');
  });

  it.each([
    [undefined],
    [null],
    [7],
    [{ labels: ['a'] }],
    [{ labels: [1], label_values: [1] }],
    [{ labels: ['a'], label_values: ['1'] }],
    [{ labels: ['a'], label_values: [1, 2] }],
  ])('are not %j', (value) => {
    expect(() => parseLabelRules(value)).toThrow(unusable);
  });
});
