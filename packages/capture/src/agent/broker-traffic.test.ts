import { compileFilter, isBuilt } from '@antinex/libpcap';
import { describe, expect, it } from 'vitest';
import { endpointsOf, withoutBroker } from './broker-traffic.ts';

describe('endpointsOf', () => {
  it.each([
    ['redis://localhost:6379/15', [{ host: 'localhost', port: 6379 }]],
    ['redis://10.0.0.1', [{ host: '10.0.0.1', port: 6379 }]],
    ['REDIS://:secret@10.0.0.1/0', [{ host: '10.0.0.1', port: 6379 }]],
    ['rediss://me:p@ss@redis.example:7000/1?group=x', [{ host: 'redis.example', port: 7000 }]],
    ['redis:///15', [{ host: 'localhost', port: 6379 }]],
    ['amqp://guest:guest@broker/vhost', [{ host: 'broker', port: 5672 }]],
    ['amqps://broker', [{ host: 'broker', port: 5671 }]],
    ['rabbitmq://broker:5673', [{ host: 'broker', port: 5673 }]],
    ['pyamqp://broker', [{ host: 'broker', port: 5672 }]],
    ['redis://[2001:db8::1]:6380', [{ host: '2001:db8::1', port: 6380 }]],
    [
      'redis+cluster://a:7000,b,[::1]:7002/',
      [
        { host: 'a', port: 7000 },
        { host: 'b', port: 6379 },
        { host: '::1', port: 7002 },
      ],
    ],
    [
      'redis+sentinel://s1,s2:26380/master/15',
      [
        { host: 's1', port: 26_379 },
        { host: 's2', port: 26_380 },
      ],
    ],
    ['memory:', []],
    ['memory:?capacity=10', []],
    ['http://nothing.of.ours', []],
    ['no url', []],
  ])('%s', (url, endpoints) => expect(endpointsOf(url)).toEqual(endpoints));
});

describe('withoutBroker', () => {
  it('puts what it leaves out before the filter', async () => {
    expect(await withoutBroker('tcp or udp', 'redis://10.0.0.1:6379/15')).toEqual({
      filter: 'not (host 10.0.0.1 and tcp port 6379) and (tcp or udp)',
      warnings: [],
    });
  });

  it('needs no filter', async () => {
    const { filter } = await withoutBroker('', 'redis://10.0.0.1');
    expect(filter).toBe('not (host 10.0.0.1 and tcp port 6379)');
  });

  it('leaves the filter alone for a broker in memory', async () => {
    expect(await withoutBroker('tcp', 'memory:')).toEqual({ filter: 'tcp', warnings: [] });
    expect(await withoutBroker('', 'memory:')).toEqual({ filter: '', warnings: [] });
  });

  it('knows all addresses of a name', async () => {
    const { filter } = await withoutBroker('tcp', 'amqp://localhost');
    expect(filter).toMatch(/not \(host (127\.0\.0\.1|::1) and tcp port 5672\)/);
  });

  it('tells of names nobody knows', async () => {
    const { filter, warnings } = await withoutBroker('tcp', 'redis://no-such-host.invalid');
    expect(filter).toBe('tcp');
    expect(warnings).toEqual(['nobody knows the address of the broker no-such-host.invalid']);
  });

  it.each(['redis+sentinel://10.0.0.1/master', 'rediss+cluster://10.0.0.1'])(
    'tells of servers that a URL does not name: %s',
    async (url) => {
      const { warnings } = await withoutBroker('tcp', url);
      expect(warnings).toEqual(['the broker may send to servers its URL does not name']);
    },
  );

  it.skipIf(!isBuilt())(`is a filter for libpcap${isBuilt() ? '' : ' (needs its addon)'}`, async () => {
    const ETHERNET = 1;
    const { filter } = await withoutBroker(
      'tcp or vlan',
      'redis+cluster://10.0.0.1:7000,[2001:db8::1]:7001,[fe80::1]:7002',
    );
    const takes = compileFilter(filter, ETHERNET);
    const tcp = (port: number): Buffer => {
      const frame = Buffer.alloc(54);
      frame.set([8, 0, 0x45], 12);
      frame[23] = 6;
      frame.set([10, 0, 0, 1, 10, 0, 0, 2], 26);
      frame.writeUInt16BE(port, 34);
      return frame;
    };
    expect(takes(tcp(80), 0, 54, 54)).toBe(true);
    expect(takes(tcp(7000), 0, 54, 54)).toBe(false);
  });
});
