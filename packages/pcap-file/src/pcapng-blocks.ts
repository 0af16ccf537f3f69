/** Block types and layouts of pcapng (draft-ietf-opsawg-pcapng). */
export const Block = {
  SECTION_HEADER: 0x0a0d0d0a,
  INTERFACE: 1,
  /** The obsolete Packet Block. */
  PACKET: 2,
  SIMPLE_PACKET: 3,
  ENHANCED_PACKET: 6,
} as const;

export const BYTE_ORDER_MAGIC = 0x1a2b3c4d;

/** Type and length in front of a block's body, the length once more behind it. */
const BLOCK_HEADER = 8;
export const BLOCK_TRAILER = 4;
/** Bytes around an empty body. */
export const BLOCK_FRAME = BLOCK_HEADER + BLOCK_TRAILER;

/** From a block's start to where its packet's bytes (or options) begin. */
export const PACKET_DATA = 28;
export const SIMPLE_PACKET_DATA = 12;
export const INTERFACE_OPTIONS = 16;

/** The smallest a block of each type can be. */
export const SECTION_HEADER_MIN = 28;
export const INTERFACE_MIN = INTERFACE_OPTIONS + BLOCK_TRAILER;
export const PACKET_MIN = PACKET_DATA + BLOCK_TRAILER;
export const SIMPLE_PACKET_MIN = SIMPLE_PACKET_DATA + BLOCK_TRAILER;

/** Interface options. */
export const Option = { END: 0, NAME: 2, TIME_RESOLUTION: 9, TIME_OFFSET: 14 } as const;

/** Bytes and options are padded to 32 bits. */
export const padded = (length: number): number => (length + 3) & ~3;
