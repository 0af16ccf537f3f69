/** What can be wrong with a capture, or with where it lies. */
export type CaptureFileCode =
  | 'FILE_NOT_FOUND'
  | 'FILE_NOT_READABLE'
  | 'FILE_IS_DIRECTORY'
  /** Reading broke off: a device error, a closed pipe. */
  | 'READ_FAILED'
  | 'EMPTY_FILE'
  | 'NOT_A_CAPTURE'
  | 'UNSUPPORTED_VERSION'
  /** The capture ends in the middle of its header or of a record. */
  | 'CUT_SHORT'
  /** A length contradicts the format, so that what follows cannot be found. */
  | 'CORRUPT_RECORD'
  /** The pcapng frame held, but packets in some blocks could not be read and are missing. */
  | 'DAMAGED_BLOCKS'
  | 'CORRUPT_GZIP';

/** Why a capture could not be read, or not to its end. The message is one line for a person. */
export class CaptureFileError extends Error {
  override readonly name = 'CaptureFileError';
  readonly code: CaptureFileCode;
  /** Where in the (uncompressed) capture, in bytes; -1 when that says nothing. */
  readonly offset: number;

  constructor(code: CaptureFileCode, message: string, offset = -1, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
    this.offset = offset;
  }
}

/** Why a packet cannot be written, or nothing can. */
export type CaptureWriteCode =
  | 'LINK_TYPE_DIFFERS'
  | 'LINK_TYPE_TOO_LARGE'
  | 'TIME_OUT_OF_RANGE'
  | 'PACKET_TOO_LARGE'
  /** Limits that contradict each other or the place. */
  | 'BAD_ROTATION'
  | 'FILE_EXISTS'
  | 'DISK_FULL'
  | 'OUTPUT_UNWRITABLE'
  | 'WRITER_CLOSED';

/** Why a packet does not fit the capture being written, which goes without it, or why writing ended. */
export class CaptureWriteError extends Error {
  override readonly name = 'CaptureWriteError';
  readonly code: CaptureWriteCode;

  constructor(code: CaptureWriteCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
