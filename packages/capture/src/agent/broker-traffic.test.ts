import { compileFilter, isBuilt } from '@antinex/libpcap';
import { describe, expect, it } from 'vitest';
import { withoutBroker } from './broker-traffic.ts';

const broker = (url: string, tls?: object) => ({ url, options: { ...(tls && { tls }) } });

describe('withoutBroker', () => {
  it('puts what it leaves out before the filter', async () => {
    expect(await withoutBroker('tcp or udp', broker('redis://10.0.0.1:6379/15'))).toEqual({
      filter: 'not (host 10.0.0.1 and tcp port 6379) and (tcp or udp)',
      warnings: [],
    });
  });

  it('needs no filter', async () => {
    const { filter } = await withoutBroker('', broker('redis://10.0.0.1'));
    expect(filter).toBe('not (host 10.0.0.1 and tcp port 6379)');
  });

  it('leaves the filter alone for a broker in memory', async () => {
    expect(await withoutBroker('tcp', broker('memory:'))).toEqual({ filter: 'tcp', warnings: [] });
    expect(await withoutBroker('', broker('memory:'))).toEqual({ filter: '', warnings: [] });
  });

  it('knows all addresses of a name', async () => {
    const { filter } = await withoutBroker('tcp', broker('amqp://localhost'));
    expect(filter).toMatch(/not \(host (127\.0\.0\.1|::1) and tcp port 5672\)/);
  });

  it('knows the port that TLS options lead to', async () => {
    const { filter } = await withoutBroker('tcp', broker('amqp://10.0.0.1', { caFile: 'ca.pem' }));
    expect(filter).toBe('not (host 10.0.0.1 and tcp port 5671) and (tcp)');
  });

  it('tells of names nobody knows', async () => {
    const { filter, warnings } = await withoutBroker('tcp', broker('redis://no-such-host.invalid'));
    expect(filter).toBe('tcp');
    expect(warnings).toEqual(['nobody knows the address of the broker no-such-host.invalid']);
  });

  it.each(['redis+sentinel://10.0.0.1/master', 'rediss+cluster://10.0.0.1'])(
    'tells of servers that a URL does not name: %s',
    async (url) => {
      const { warnings } = await withoutBroker('tcp', broker(url));
      expect(warnings).toEqual(['the broker may send to servers its URL does not name']);
    },
  );

  it.skipIf(!isBuilt())(`is a filter for libpcap${isBuilt() ? '' : ' (needs its addon)'}`, async () => {
    const ETHERNET = 1;
    const { filter } = await withoutBroker(
      'tcp or vlan',
      broker('redis+cluster://10.0.0.1:7000,[2001:db8::1]:7001,[fe80::1]:7002'),
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
