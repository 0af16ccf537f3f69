/**
 * `@antinex/decoder/packet`: what a captured frame is, without the decoder of its contents, for programs
 * that read captures and need no layers. Loading it takes a hundredth of the time and memory.
 */
export { ipv4 as formatIpv4, ipv6 as formatIpv6, parseIpv4, parseIpv6 } from './address.ts';
export { LinkType } from './link-types.ts';
export { Packet } from './packet.ts';
export { TextWriter } from './text-writer.ts';
