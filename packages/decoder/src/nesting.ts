import type { Layer } from './layer.ts';
import type { Dot1q } from './layers/dot1q.ts';
import { Raw } from './layers/raw.ts';
import type { LayerFields, MessageData } from './message-data.ts';

/** What an ICMP error quotes stands beside the error under names of its own, scapy's. */
export const QUOTED_LAYERS: Readonly<Record<string, string>> = {
  ip: 'iperror',
  ipv6: 'iperror6',
  icmp: 'icmperror',
  icmpv6: 'icmpv6error',
  tcp: 'tcperror',
  udp: 'udperror',
};
const QUOTING = new Set(['icmp', 'icmpv6']);

const NETWORK = new Set(['ip', 'ipv6', 'arp']);
const LINK = ['ether', 'dot1q', 'pbb', 'cmd', 'llc', 'snap', 'pppoe', 'ppp', 'mpls'];
/** Behind a network layer, these start a packet inside the packet. */
const PACKET_STARTS = new Set([...NETWORK, ...LINK]);

/**
 * The names under which layers of these names stand side by side in a message; undefined where there is a
 * packet within the packet, or anything else that `nest` has to look at.
 */
export function flatNames(names: readonly string[]): readonly string[] | undefined {
  if (isFlat(names)) return names;
  if (names.indexOf('dot1q') !== names.lastIndexOf('dot1q')) return undefined;
  const top: MessageData = {};
  const bottom = nest(
    top,
    names.map((layer) => ({ layer })),
  );
  return bottom === top ? Object.keys(top) : undefined;
}

/** No packet within the packet, nothing twice. */
function isFlat(names: readonly string[]): boolean {
  const network = names.findIndex((name) => NETWORK.has(name));
  const inside = network >= 0 && names.some((name, i) => i > network && PACKET_STARTS.has(name));
  return !inside && new Set(names).size === names.length;
}

/** Puts layers under their names, packets inside packets under `inner`; answers the innermost level. */
export function nest(top: MessageData, layers: readonly Layer[]): MessageData {
  let level = top;
  /** A network layer was seen at this level: another one starts a packet inside. */
  let network = false;
  /** Inside what an ICMP error quotes, to the end. */
  let quoting = false;
  let previous = '';
  let beforePrevious = '';
  for (const entry of layers) {
    if (entry instanceof Raw) break;
    const { layer } = entry;
    let starts = network && PACKET_STARTS.has(layer);
    if (starts && !quoting && QUOTING.has(previous) && layer in QUOTED_LAYERS) {
      quoting = true;
      starts = false;
    }
    const name = quoting ? (QUOTED_LAYERS[layer] ?? layer) : layer;
    const known = level[name];
    if (known !== undefined && layer === 'dot1q' && previous === 'pbb' && beforePrevious === 'dot1q') {
      level[name] = joinTags(known as unknown as Dot1q, entry as Dot1q);
    } else {
      // A name that is taken starts a level too: no layer may take another's place.
      if (starts || known !== undefined) {
        level.inner = {};
        level = level.inner;
        network = false;
      }
      level[name] = entry as unknown as LayerFields;
    }
    network ||= NETWORK.has(layer);
    beforePrevious = previous;
    previous = layer;
  }
  return level;
}

/** VLAN tags behind a backbone tag join those in front of it: a packet has one list of tags. */
const joinTags = (front: Dot1q, back: Dot1q): LayerFields => ({
  prio: [...front.prio, ...back.prio],
  dei: [...front.dei, ...back.dei],
  vlan: [...front.vlan, ...back.vlan],
  type: [...front.type, ...back.type],
  len: back.len,
});
