import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Layer } from './layer.ts';
import type { MessageData } from './message-data.ts';
import { flatNames, nest, QUOTED_LAYERS } from './nesting.ts';

const layersOf = (names: readonly string[]): Layer[] =>
  names.map((layer, i) =>
    layer === 'dot1q'
      ? { layer, prio: [i], dei: [i], vlan: [i], type: [i], len: undefined }
      : { layer, number: i },
  );

/** The names of a message's levels, quoted ones as they are. */
function shape(names: string): unknown {
  const top: MessageData = {};
  nest(top, layersOf(names.split(' ')));
  const read = (level: MessageData): unknown[] =>
    Object.entries(level).map(([name, value]) => (name === 'inner' ? read(value as MessageData) : name));
  return read(top);
}

describe('nest', () => {
  it.each([
    ['ether ip tcp', ['ether', 'ip', 'tcp']],
    ['ether dot1q llc snap arp', ['ether', 'dot1q', 'llc', 'snap', 'arp']],
    ['ether ip ip udp', ['ether', 'ip', ['ip', 'udp']]],
    ['ether ip ipv6 icmpv6', ['ether', 'ip', ['ipv6', 'icmpv6']]],
    ['ether ip udp vxlan ether arp', ['ether', 'ip', 'udp', 'vxlan', ['ether', 'arp']]],
    ['ether ip gre arp', ['ether', 'ip', 'gre', ['arp']]],
    ['ether ip gre ppp ip udp', ['ether', 'ip', 'gre', ['ppp', 'ip', 'udp']]],
    ['ether mpls ip gre mpls ip udp', ['ether', 'mpls', 'ip', 'gre', ['mpls', 'ip', 'udp']]],
    ['ether pppoe ppp ip gre ppp ip', ['ether', 'pppoe', 'ppp', 'ip', 'gre', ['ppp', 'ip']]],
    ['ether dot1q ip gre dot1q ip', ['ether', 'dot1q', 'ip', 'gre', ['dot1q', 'ip']]],
    ['ip ip ip ip', ['ip', ['ip', ['ip', ['ip']]]]],
    ['ether ether ip', ['ether', ['ether', 'ip']]],
    ['ether llc snap dot1q llc snap ip', ['ether', 'llc', 'snap', 'dot1q', ['llc', 'snap', 'ip']]],
    // What an ICMP error quotes stands beside it, whatever is inside of that, too.
    ['ether ip icmp ip udp', ['ether', 'ip', 'icmp', 'iperror', 'udperror']],
    ['ipv6 icmpv6 ipv6 tcp', ['ipv6', 'icmpv6', 'iperror6', 'tcperror']],
    ['ip icmp ip ip tcp', ['ip', 'icmp', 'iperror', ['iperror', 'tcperror']]],
    ['ip icmp ip icmp ip udp', ['ip', 'icmp', 'iperror', 'icmperror', ['iperror', 'udperror']]],
    ['ip icmp ip udp vxlan ether arp', ['ip', 'icmp', 'iperror', 'udperror', 'vxlan', ['ether', 'arp']]],
    ['ip icmp ip udp dns', ['ip', 'icmp', 'iperror', 'udperror', 'dns']],
    ['mpls ip icmp ip mpls ip', ['mpls', 'ip', 'icmp', 'iperror', ['mpls', 'iperror']]],
    ['ip gre ip icmp ip udp', ['ip', 'gre', ['ip', 'icmp', 'iperror', 'udperror']]],
    // One list of tags around a backbone tag, and only there.
    ['ether dot1q pbb dot1q ip', ['ether', 'dot1q', 'pbb', 'ip']],
    ['ether pbb dot1q ip', ['ether', 'pbb', 'dot1q', 'ip']],
    ['ether dot1q cmd dot1q ip', ['ether', 'dot1q', 'cmd', ['dot1q', 'ip']]],
    ['ether dot1q cmd pbb dot1q ip', ['ether', 'dot1q', 'cmd', 'pbb', ['dot1q', 'ip']]],
    ['ether pbb dot1q pbb dot1q ip', ['ether', 'pbb', 'dot1q', ['pbb', 'dot1q', 'ip']]],
    ['ether dot1q pbb dot1q pbb dot1q ip', ['ether', 'dot1q', 'pbb', ['pbb', 'dot1q', 'ip']]],
  ])('puts %s in its places', (names, expected) => expect(shape(names)).toEqual(expected));

  const NAMES = ['ether', 'dot1q', 'pbb', 'cmd', 'llc', 'snap', 'pppoe', 'ppp', 'mpls', 'arp', 'ip', 'ipv6'];
  const UPPER = ['icmp', 'icmpv6', 'tcp', 'udp', 'gre', 'vxlan', 'dns', 'dhcp', 'ntp'];
  const anyNames = fc.array(fc.constantFrom(...NAMES, ...UPPER), { maxLength: 32 });
  const unquoted = new Map(Object.entries(QUOTED_LAYERS).map(([name, quoted]) => [quoted, name]));

  it('loses no layer, and keeps their order, whatever follows what', () => {
    fc.assert(
      fc.property(anyNames, (names) => {
        const top: MessageData = {};
        const bottom = nest(top, layersOf(names));
        const numbers: number[] = [];
        let level: MessageData | undefined = top;
        let last = top;
        for (; level !== undefined; level = level.inner as MessageData | undefined) {
          last = level;
          for (const [name, value] of Object.entries(level)) {
            if (name === 'inner') continue;
            const fields = value as { number?: number; vlan?: number[] };
            const own = fields.vlan ?? [fields.number as number];
            for (const number of own) expect(names[number]).toBe(unquoted.get(name) ?? name);
            numbers.push(...own);
          }
        }
        expect(bottom).toBe(last);
        expect([...numbers].sort((a, b) => a - b)).toEqual(names.map((_, i) => i));
        // Only the tags behind a backbone tag stand in front of it.
        const order = numbers.filter((number) => names[number] !== 'dot1q');
        expect(order).toEqual([...order].sort((a, b) => a - b));
      }),
      { seed: 1, numRuns: 3000 },
    );
  });

  it('does what flatNames says: side by side, under these names', () => {
    let flat = 0;
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.constantFrom(...NAMES, ...UPPER), { maxLength: 6 }),
        anyNames,
        (few, many) => {
          for (const names of [few, many]) {
            const top: MessageData = {};
            const bottom = nest(top, layersOf(names));
            const sideBySide = bottom === top && Object.keys(top).length === names.length;
            expect(flatNames(names)).toEqual(sideBySide ? Object.keys(top) : undefined);
            flat += Number(sideBySide);
          }
        },
      ),
      { seed: 1, numRuns: 2000 },
    );
    expect(flat).toBeGreaterThan(200);
  });

  it('changes no layer and shares no list: two messages of one packet are apart', () => {
    const layers = layersOf(['ether', 'dot1q', 'pbb', 'dot1q', 'ip']);
    const before = JSON.stringify(layers);
    const first: MessageData = {};
    nest(first, layers);
    (first.dot1q as unknown as { vlan: number[] }).vlan.push(99);
    expect(JSON.stringify(layers)).toBe(before);
  });
});
