import { describe, expect, it } from 'vitest';
import { type Recipe, recipeFromJson, recipeToJson } from './recipe.ts';

const RECIPE: Recipe = {
  shape: { type: 'SAMP_NUM', fft: true, header: true, packets: 5, window: 0.25 },
  flows: { interval: 2.5, minPackets: 2, bidirectional: true, tcpIdleSeconds: 60, protocols: 'all' },
};

describe('a recipe', () => {
  it.each<[string, Recipe]>([
    ['with all', RECIPE],
    [
      'without window and interval',
      { shape: { ...RECIPE.shape, window: undefined }, flows: { interval: Infinity } },
    ],
    ['of netml', { ...RECIPE, flows: { interval: 1, compat: 'netml', lengths: 'captured' } }],
  ])('%s, comes back from JSON', (_what, recipe) => {
    expect(recipeFromJson(JSON.parse(JSON.stringify(recipeToJson(recipe))), 16)).toEqual(recipe);
  });

  it.each([
    [undefined, 'its shape have no type'],
    [{ ...RECIPE, shape: { ...RECIPE.shape, packets: 0 } }, 'the packets of its shape is none'],
    [{ ...RECIPE, shape: { ...RECIPE.shape, window: 0 } }, 'the window of its shape is none'],
    [{ ...RECIPE, flows: {} }, 'its flows have no interval'],
    [{ ...RECIPE, flows: { interval: 'x' } }, 'the interval of its flows is none'],
    [{ ...RECIPE, flows: { interval: 1, maxPackets: 1e12 } }, 'its flows have an unknown "maxPackets"'],
    [
      { ...RECIPE, flows: JSON.parse('{"interval": 1, "__proto__": 1}') },
      'its flows have an unknown "__proto__"',
    ],
  ])('%# that anyone may have written is looked at', (json, message) => {
    expect(() => recipeFromJson(json, 16)).toThrow(message);
  });

  it('is for so many columns', () => {
    expect(() => recipeFromJson(recipeToJson(RECIPE), 15)).toThrow(
      'features of its shape have 16 columns, and there are 15',
    );
  });
});
