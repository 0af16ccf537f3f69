import { describe, expect, it } from 'vitest';
import { parseValue } from './parse-value.ts';
import type { Setting } from './settings.ts';

const help = '';
const boolean: Setting = { type: 'boolean', help };
const integer: Setting = { type: 'integer', min: 1, max: 100, help };
const number: Setting = { type: 'number', min: 0, max: 1, help };
const duration: Setting = { type: 'duration', help };
const size: Setting = { type: 'size', help };
const choice: Setting = { type: 'choice', choices: ['redis', 'rabbitmq'], help };

describe('parseValue', () => {
  it.each([
    [boolean, '1', true],
    [boolean, 'YES', true],
    [boolean, 'on', true],
    [boolean, true, true],
    [boolean, '0', false],
    [boolean, 'False', false],
    [boolean, 'no', false],
    [integer, ' 42 ', 42],
    [integer, 7, 7],
    [{ type: 'integer', help }, '-1', -1],
    [number, '0.33', 0.33],
    [number, ' .5 ', 0.5],
    [number, '1', 1],
    [{ type: 'number', help }, '-2.5e3', -2500],
    [duration, '250ms', 250],
    [duration, '1.5s', 1500],
    [duration, '0.5', 500],
    [duration, '2m', 120_000],
    [duration, '1d', 86_400_000],
    [size, '512', 512],
    [size, '64kB', 64_000],
    [size, '256 MB', 256_000_000],
    [size, '1GiB', 1_073_741_824],
    [choice, 'Redis', 'redis'],
    [{ type: 'string', help }, ' kept as it is ', ' kept as it is '],
  ] as const)('%j %j is %j', (setting, raw, value) => {
    expect(parseValue(setting as Setting, raw)).toEqual({ value });
  });

  it.each([
    [boolean, 'maybe', 'true or false'],
    [boolean, '2', 'true or false'],
    [integer, '0', 'a whole number from 1 to 100'],
    [integer, '101', 'a whole number from 1 to 100'],
    [integer, '1.5', 'a whole number from 1 to 100'],
    [integer, '0x10', 'a whole number from 1 to 100'],
    [integer, '', 'a whole number from 1 to 100'],
    [{ type: 'integer', min: 1, help }, '-3', 'a whole number, at least 1'],
    [{ type: 'integer', max: 9, help }, '10', 'a whole number, at most 9'],
    [{ type: 'integer', help }, '99999999999999999999', 'a whole number'],
    [number, '1.01', 'a number from 0 to 1'],
    [number, '0,5', 'a number from 0 to 1'],
    [{ type: 'number', help }, 'Infinity', 'a number'],
    [{ type: 'number', help }, '1e999', 'a number'],
    [duration, '5 parsecs', 'a time such as 250ms or 10s'],
    [duration, '-1s', 'a time such as 250ms or 10s'],
    [{ type: 'duration', min: 10, help }, '1ms', 'a time such as 250ms or 10s, at least 10ms'],
    [size, 'constructor', 'a size such as 64kB or 256MB'],
    [size, '1constructor', 'a size such as 64kB or 256MB'],
    [choice, 'kafka', 'one of redis, rabbitmq'],
  ] as const)('%j %j is refused', (setting, raw, expected) => {
    expect(parseValue(setting as Setting, raw)).toEqual({ expected });
  });
});
