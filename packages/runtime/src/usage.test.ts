import { describe, expect, it } from 'vitest';
import { flagUsage } from './usage.ts';

describe('flagUsage', () => {
  it.each([
    [
      { flag: 'output-csv', env: 'OUTPUT_CSV', type: 'string', placeholder: 'FILE', help: 'write rows here' },
      { flags: '--output-csv <FILE>', description: 'write rows here (env OUTPUT_CSV)' },
    ],
    [
      { flag: 'linger', type: 'duration', default: 20, help: 'wait' },
      { flags: '--linger <TIME>', description: 'wait (default 20ms)' },
    ],
    [
      { flag: 'schema', type: 'choice', choices: ['2', 'legacy'], default: '2', help: 'schema' },
      { flags: '--schema <2|legacy>', description: 'schema (default 2)' },
    ],
    [
      { flag: 'quiet', type: 'boolean', default: false, help: 'say nothing' },
      { flags: '--quiet', description: 'say nothing' },
    ],
    [
      { flag: 'password', type: 'string', default: 'q', secret: true, help: 'password' },
      { flags: '--password <TEXT>', description: 'password' },
    ],
  ] as const)('%j', (setting, usage) => {
    expect(flagUsage(setting)).toEqual(usage);
  });
});
