import { PipelineError } from '@antinex/runtime';
import { describe, expect, it } from 'vitest';
import { verdictOf } from './verdict.ts';

const refused = (status: number) =>
  new PipelineError('ANTINEX_REFUSED', { request: 'POST /ml/', status, reason: '' });
const url = 'http://localhost';

describe('a failure', () => {
  it.each([
    [400, 'refused'],
    [401, 'again'],
    [403, 'again'],
    [404, 'again'],
    [408, 'again'],
    [413, 'smaller'],
    [415, 'refused'],
    [422, 'refused'],
    [429, 'again'],
  ])('with status %i means: %s', (status, verdict) => {
    expect(verdictOf(refused(status))).toBe(verdict);
  });

  it('of the API, of the way there or of our disk is none of the rows', () => {
    const job = { what: 'job', id: 1, status: 'x' };
    const errors: [PipelineError | Error, string][] = [
      [new PipelineError('ANTINEX_UNREACHABLE', { url, reason: '', mayBeDone: true }), 'again'],
      [new PipelineError('ANTINEX_TLS', { url, reason: '' }), 'again'],
      [new PipelineError('ANTINEX_LOGIN_REFUSED', { url, user: 'x', reason: '' }), 'again'],
      [new PipelineError('ANTINEX_REDIRECTED', { request: '', status: 301, location: '' }), 'again'],
      [new PipelineError('DISK_FULL', { path: 'x' }), 'again'],
      [new Error('anything'), 'again'],
      [new PipelineError('ANTINEX_BAD_ANSWER', { request: '', reason: '' }), 'doubt'],
      [new PipelineError('ANTINEX_NOT_FOUND', { what: 'job', id: 1, user: 'x' }), 'doubt'],
      [new PipelineError('ANTINEX_JOB_FAILED', { ...job, reason: '' }), 'refused'],
      [new PipelineError('ANTINEX_JOB_STUCK', { ...job, waitedMs: 1 }), 'refused'],
    ];
    for (const [error, verdict] of errors)
      expect([error.message, verdictOf(error)]).toEqual([error.message, verdict]);
  });
});
