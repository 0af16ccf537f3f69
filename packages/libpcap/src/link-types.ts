/**
 * Where libpcap's number of a link type on Linux (DLT_) differs from the one in files (LINKTYPE_), which
 * means the same everywhere: https://www.tcpdump.org/linktypes.html
 */
const LINKTYPE_OF_DLT = new Map([
  [11, 100], // ATM_RFC1483
  [12, 101], // RAW
  [15, 102], // SLIP_BSDOS
  [16, 103], // PPP_BSDOS
  [19, 106], // ATM_CLIP
]);

const DLT_OF_LINKTYPE = new Map([...LINKTYPE_OF_DLT].map(([dlt, linkType]) => [linkType, dlt]));

export const linkTypeOf = (dlt: number): number => LINKTYPE_OF_DLT.get(dlt) ?? dlt;

export const dltOf = (linkType: number): number => DLT_OF_LINKTYPE.get(linkType) ?? linkType;
