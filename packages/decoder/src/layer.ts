/** One protocol header as decoded: own properties are the message's fields, `layer` is its name. */
export interface Layer {
  readonly layer: string;
}

/**
 * Where each field of a fixed header ends, in bytes from the header's start. It tells which fields
 * a cut header still holds, and how many bytes such a part encodes to.
 */
export type FieldEnds = readonly (readonly [field: string, end: number])[];

/** Why a frame, or part of it, could not be read. */
export interface Problem {
  /** The layer in which reading stopped. */
  layer: string;
  /** `truncated`: the capture's snaplen cut the bytes off. `malformed`: the packet contradicts itself. */
  kind: 'truncated' | 'malformed';
  reason: string;
}
