import { mac } from '../address.ts';
import { u16 } from '../bytes.ts';
import { field, type Group, readHeader } from './fields.ts';
import { etherNext } from './link.ts';
import type { Dissector } from './walk.ts';

const HEADER = 14;
/** A type up to this is the length of an 802.3 frame. */
const MAX_LENGTH = 1500;

const GROUPS: readonly Group[] = [field('dst', 6, mac), field('src', 6, mac), field('type', 2, u16)];

/** `ether`: all three fields are what they say. 802.3 frames are another layer, which nobody forwards. */
export const ether: Dissector = (walk, at, end) => {
  const { data } = walk;
  if (end - at < HEADER) {
    const header = readHeader(GROUPS, data, at, end);
    if (header === null) return false;
    walk.started = true;
    walk.put('ether', header.fields);
    return true;
  }
  const type = u16(data, at + 12);
  if (type <= MAX_LENGTH) return walk.read('dot3', at, end);
  walk.started = true;
  walk.put('ether', { dst: mac(data, at), src: mac(data, at + 6), type });
  walk.follow(etherNext(type), at + HEADER, end);
  return true;
};
