import { PipelineError } from '@antinex/runtime';
import { describe, expect, it } from 'vitest';
import { isNoGroup, reasonOf, refusal } from './failure.ts';

const aborted = (message: string) =>
  Object.assign(new Error('EXECABORT Transaction discarded because of previous errors.'), {
    previousErrors: [new Error(message)],
  });

describe('failures of Redis', () => {
  it.each([
    'NOAUTH Authentication required.',
    'WRONGPASS invalid username-password pair or user is disabled.',
    "NOPERM this user has no permissions to run the 'xadd' command",
    'WRONGTYPE Operation against a key holding the wrong kind of value',
    "ERR unknown command 'XAUTOCLAIM'",
  ])('cannot help: %s', (message) => {
    const expected = { code: 'BROKER_REFUSED', details: { url: 'redis://x', reason: message } };
    expect(refusal(new Error(message), 'redis://x')).toMatchObject(expected);
    expect(refusal(aborted(message), 'redis://x')).toMatchObject(expected);
  });

  it.each([
    "OOM command not allowed when used memory > 'maxmemory'.",
    "READONLY You can't write against a read only replica.",
    'LOADING Redis is loading the dataset in memory',
    'CLUSTERDOWN The cluster is down',
    'ERR max number of clients reached',
    'ERR Error running script (call to f_1): @user_script:1: OOM command not allowed',
    'Connection is closed.',
    'connect ECONNREFUSED 127.0.0.1:6379',
  ])('passes: %s', (message) => {
    expect(refusal(new Error(message), 'redis://x')).toBeUndefined();
    expect(refusal(aborted(message), 'redis://x')).toBeUndefined();
  });

  it('does not connect again to a server that is not trusted', () => {
    const error = Object.assign(new Error('self-signed certificate'), {
      code: 'DEPTH_ZERO_SELF_SIGNED_CERT',
    });
    expect(refusal(error, 'redis://x')).toMatchObject({ code: 'BROKER_REFUSED' });
  });

  it('leaves errors of the catalogue as they are', () => {
    const error = new PipelineError('QUEUE_CLOSED', { queue: 'q' });
    expect(refusal(error, 'redis://x')).toBe(error);
  });

  it('tells the cause', () => {
    expect(reasonOf(new AggregateError([new Error('first'), new Error('second')]))).toBe('first');
    expect(reasonOf('a text')).toBe('a text');
    const itself = new Error('cut short');
    expect(reasonOf(Object.assign(itself, { previousErrors: [itself] }))).toBe('cut short');
    expect(isNoGroup(new Error("NOGROUP No such key 'x'"))).toBe(true);
    expect(isNoGroup(new Error('other'))).toBe(false);
  });
});
