/**
 * What follows a header, as one number: the EtherType itself, or a number of another space with that
 * space's offset on it.
 */
export const Next = {
  /** Nothing that is read. */
  NONE: -1,
  LINK: 0x1000_0000,
  IP_PROTOCOL: 0x10000,
  PPP: 0x20000,
  LLC: 0x40000,
  VXLAN: 0x40001,
} as const;

export const EtherType = {
  IPV4: 0x0800,
  ETHERNET: 0x6558,
  VLAN: 0x8100,
  IPV6: 0x86dd,
  PPP: 0x880b,
  MPLS: 0x8847,
  MPLS_MULTICAST: 0x8848,
  PPPOE_DISCOVERY: 0x8863,
  PPPOE_SESSION: 0x8864,
  PROVIDER_VLAN: 0x88a8,
  BACKBONE: 0x88e7,
  CISCO_METADATA: 0x8909,
  OLD_PROVIDER_VLAN: 0x9100,
} as const;

export const IpProtocol = {
  ICMP: 1,
  IPV4: 4,
  TCP: 6,
  UDP: 17,
  DCCP: 33,
  IPV6: 41,
  GRE: 47,
  ICMPV6: 58,
  SCTP: 132,
  UDP_LITE: 136,
  MPLS: 137,
} as const;
