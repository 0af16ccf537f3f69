import { describe, expect, it } from 'vitest';
import { parseAddress } from './address.ts';

const parse = (url: string, tls = {}) => parseAddress(new URL(url), tls);

describe('address of a RabbitMQ', () => {
  it.each([
    ['amqp://', 'localhost', 5672, '/', 'guest', 'guest'],
    ['amqp://host', 'host', 5672, '/', 'guest', 'guest'],
    ['rabbitmq://me:secret@host:5673/', 'host', 5673, '/', 'me', 'secret'],
    ['pyamqp://me:secret@host:5672//', 'host', 5672, '/', 'me', 'secret'],
    ['amqp://me@host/%2F', 'host', 5672, '/', 'me', ''],
    ['amqps://host/lab', 'host', 5671, 'lab', 'guest', 'guest'],
    ['amqp://host/a%2Fb%25', 'host', 5672, 'a/b%', 'guest', 'guest'],
    ['amqp://m%40e:p%3A%2F%25@[::1]:1/lab', '::1', 1, 'lab', 'm@e', 'p:/%'],
  ])('reads %s', (url, hostname, port, vhost, username, password) => {
    expect(parse(url).connect).toMatchObject({
      hostname,
      port,
      vhost: encodeURIComponent(vhost),
      username,
      password,
    });
  });

  it('reads the options, or has its own', () => {
    expect(parse('amqp://host')).toMatchObject({
      quorum: false,
      prefetch: undefined,
      connect: { heartbeat: 10 },
    });
    const options = 'quorum=true&prefetch=300&heartbeat=0';
    expect(parse(`amqp://host/?${options}`)).toMatchObject({
      quorum: true,
      prefetch: 300,
      connect: { heartbeat: 0 },
    });
  });

  it('uses TLS with amqps:, and wherever TLS options are given', () => {
    expect(parse('amqp://host').secure).toBe(false);
    expect(parse('amqp://host', { caFile: undefined }).secure).toBe(false);
    expect(parse('amqps://host').secure).toBe(true);
    expect(parse('rabbitmq://host', { caFile: 'ca.pem' })).toMatchObject({
      secure: true,
      connect: { protocol: 'amqps', port: 5671 },
    });
  });

  it('is known to people by a name without the password', () => {
    expect(parse('amqp://me:hunter2@host/lab').name).toBe('amqp://me:***@host/lab');
  });

  it.each([
    ['amqp://host/?prefetch=0', 'prefetch "0"'],
    ['amqp://host/?prefetch=65536', 'prefetch "65536"'],
    ['amqp://host/?heartbeat=-1', 'heartbeat "-1"'],
    ['amqp://host/?heartbeat=', 'heartbeat ""'],
    ['amqp://host/?quorum=yes', 'quorum "yes"'],
    ['amqp://host/?quorom=true', 'no option "quorom"'],
    ['amqp://me:50%@host', '%25'],
    ['amqp://host/%zz', '%25'],
  ])('refuses %s', (url, word) => {
    const refused = expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining(word),
    });
    expect(() => parse(url)).toThrow(refused);
  });

  it('names all that is wrong at once', () => {
    expect(() => parse('amqp://host/?quorum=1&prefetch=x&heartbeat=y')).toThrow(
      /prefetch.*heartbeat|heartbeat.*prefetch/,
    );
  });
});
