/** Bytes to be looked at one by one and, in the same memory, several at a time. */
export interface Bytes {
  readonly bytes: Buffer;
  readonly words: DataView;
}

export function bytesOf(bytes: Buffer): Bytes {
  return { bytes, words: new DataView(bytes.buffer, bytes.byteOffset, bytes.length) };
}
