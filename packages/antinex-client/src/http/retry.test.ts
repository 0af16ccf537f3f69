import { PipelineError } from '@antinex/runtime';
import { describe, expect, it } from 'vitest';
import { isTemporary, mayBeDone, retryDelayMs } from './retry.ts';

const request = 'POST /ml/';
const refused = (status: number) => new PipelineError('ANTINEX_REFUSED', { request, status, reason: '' });
const broken = (done: boolean) =>
  new PipelineError('ANTINEX_BROKEN', { request, status: 500, reason: '', mayBeDone: done });
const away = (done: boolean) =>
  new PipelineError('ANTINEX_UNREACHABLE', { url: '', reason: '', mayBeDone: done });
const late = new PipelineError('ANTINEX_TIMEOUT', { request, timeoutMs: 1 });

describe('errors', () => {
  it.each([
    [late, true, true],
    [away(true), true, true],
    [away(false), true, false],
    [broken(true), true, true],
    [broken(false), true, false],
    [refused(429), true, false],
    [refused(408), true, false],
    [refused(400), false, false],
    [refused(413), false, false],
    [refused(415), false, false],
    [new PipelineError('ANTINEX_LOGIN_REFUSED', { url: '', user: '', reason: '' }), false, false],
    [new PipelineError('ANTINEX_BAD_ANSWER', { request, reason: '' }), false, true],
    [new Error('other'), false, false],
    ['text', false, false],
  ])('%s: temporary %s, may be done %s', (error, temporary, done) => {
    expect([isTemporary(error), mayBeDone(error)]).toEqual([temporary, done]);
  });
});

describe('waiting', () => {
  it('grows, and ends at 30 s', () => {
    for (const [retry, limit] of [
      [0, 250],
      [1, 500],
      [6, 16_000],
      [50, 30_000],
    ]) {
      for (let i = 0; i < 100; i++) expect(retryDelayMs(retry)).toBeLessThanOrEqual(limit);
    }
  });
});
