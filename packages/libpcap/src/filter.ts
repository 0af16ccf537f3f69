import { loadBinding, type PacketFilter } from './binding.ts';
import { orLibpcapError } from './errors.ts';
import { dltOf } from './link-types.ts';
import { checkText, whole } from './options.ts';

const ETHERNET = 1;

/**
 * Compiles a filter without a device, for packets that are there already; one outside of its buffer is
 * never taken. `linkType` is a LINKTYPE_ number: what can be asked of a packet depends on it. The netmask
 * that `ip broadcast` needs is known only on a device. Blocks while names are looked up.
 *
 * @throws LibpcapError BAD_FILTER with libpcap's text, NOT_BUILT, BAD_OPTION
 */
export function compileFilter(filter: string, linkType: number = ETHERNET, snaplen = 262_144): PacketFilter {
  checkText('filter', filter);
  whole('linkType', linkType, 0, 65_535);
  whole('snaplen', snaplen, 1, 262_144);
  const { compileFilter } = loadBinding();
  return orLibpcapError(
    () => `filter "${filter}"`,
    () => compileFilter(filter, dltOf(linkType), snaplen),
  );
}

/** libpcap's name and version: `libpcap version 1.10.3 (with TPACKET_V3)`. */
export function version(): string {
  return loadBinding().version();
}
