import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';
import { toBrokerError } from './connection-error.ts';

const address = parseAddress(new URL('amqp://me:hunter2@host/lab%2F1'), undefined);

describe('errors of a connection', () => {
  it.each([
    [
      'Handshake terminated by server: 403 (ACCESS-REFUSED) with message "ACCESS_REFUSED - no"',
      'ACCESS_REFUSED - no',
    ],
    [
      'Operation failed: QueueDeclare; 405 (RESOURCE-LOCKED) with message "RESOURCE_LOCKED - no"',
      'RESOURCE_LOCKED - no',
    ],
    [
      'Expected ConnectionOpenOk; got <ConnectionClose channel:0>',
      'no virtual host "lab/1" that user "me" may enter',
    ],
  ])('last: %s', (text, reason) => {
    const error = toBrokerError(new Error(text), address);
    expect(error).toMatchObject({ code: 'BROKER_REFUSED', message: expect.stringContaining(reason) });
    expect(error.message).not.toContain('hunter2');
  });

  it.each([
    'Handshake terminated by server: 320 (CONNECTION-FORCED) with message "CONNECTION_FORCED - broker shutdown"',
    'Operation failed: QueueDeclare; 541 (INTERNAL-ERROR) with message "INTERNAL_ERROR"',
    'connect ECONNREFUSED 127.0.0.1:5672',
    'Socket closed abruptly during opening handshake',
  ])('may pass: %s', (text) => {
    expect(toBrokerError(new Error(text), address)).toMatchObject({ code: 'BROKER_UNREACHABLE' });
  });

  it('finds the reason of a failure on several addresses', () => {
    const error = new AggregateError([new Error('connect ECONNREFUSED ::1:5672'), new Error('other')]);
    expect(toBrokerError(error, address).message).toContain('connect ECONNREFUSED ::1:5672');
  });
});
