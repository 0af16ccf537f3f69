import { PipelineError } from '@antinex/runtime';
import { describe, expect, it } from 'vitest';
import { untilThere } from './until-there.ts';

const away = (reason: string) => new PipelineError('BROKER_UNREACHABLE', { url: 'redis://b', reason });

/** Connects to nobody as often as there are errors, and then to somebody. */
function trying(...errors: Error[]) {
  const lines: string[] = [];
  const connect = async () => {
    const error = errors.shift();
    if (error) throw error;
    return 'connected';
  };
  return { connect, lines, log: (_level: string, text: string) => void lines.push(text) };
}

describe('untilThere', () => {
  it('tries until the broker is there, and says why once', async () => {
    const { connect, log, lines } = trying(away('refused'), away('refused'), away('timed out'));
    expect(await untilThere(connect, log, new AbortController().signal)).toBe('connected');
    expect(lines.map((line) => line.replace(/ \(.*\)/, ''))).toEqual([
      expect.stringMatching(/refused.*; waiting for it$/),
      expect.stringMatching(/timed out.*; waiting for it$/),
    ]);
  });

  it('does not wait for one that will never let us in', async () => {
    const refused = new PipelineError('BROKER_REFUSED', { url: 'redis://b', reason: 'WRONGPASS' });
    const { connect, log, lines } = trying(refused);
    await expect(untilThere(connect, log, new AbortController().signal)).rejects.toBe(refused);
    expect(lines).toEqual([]);
  });

  it('waits no longer than until the end', async () => {
    const ending = new AbortController();
    const error = away('refused');
    const connect = async () => {
      throw error;
    };
    const trial = untilThere(connect, () => ending.abort(), ending.signal);
    await expect(trial).rejects.toBe(error);
  });
});
