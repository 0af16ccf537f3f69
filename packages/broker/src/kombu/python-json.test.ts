import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pythonJson } from './python-json.ts';

const PYTHON = '/usr/bin/python3';
const noPython = spawnSync(PYTHON, ['--version']).status !== 0;
const ECHO = 'import json, sys\nfor line in sys.stdin: print(json.dumps(json.loads(line)))';

describe('JSON as Python writes it', () => {
  it('has spaces, and nothing beyond ASCII', () => {
    const value = { a: [1, 'ä\u007f😀\n', null], b: {}, c: [], d: true, e: -1.5 };
    expect(pythonJson(value)).toBe(
      '{"a": [1, "\\u00e4\\u007f\\ud83d\\ude00\\n", null], "b": {}, "c": [], "d": true, "e": -1.5}',
    );
  });

  it.skipIf(noPython)(`equals what Python writes${noPython ? ' (python3 is not installed)' : ''}`, () => {
    // Python tells 1.0 from 1 and writes small numbers in its own way: whole numbers will do.
    const json = fc.jsonValue({ stringUnit: 'binary' }).map((value) => roundNumbers(value));
    const values = fc.sample(json, { seed: 4, numRuns: 500 });
    const input = values.map((value) => `${JSON.stringify(value)}\n`).join('');
    const { stdout } = spawnSync(PYTHON, ['-c', ECHO], { input, maxBuffer: 2 ** 26 });
    expect(values.map(pythonJson)).toEqual(stdout.toString().split('\n').slice(0, -1));
  });
});

function roundNumbers(value: unknown): unknown {
  if (typeof value === 'number') return Math.round(value % 1e9) || 0;
  if (Array.isArray(value)) return value.map(roundNumbers);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, roundNumbers(member)]));
}
