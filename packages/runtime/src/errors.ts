/** What a program's end tells the caller: 2 when the command itself is wrong, 1 when the world would not let it work. */
export const ExitCode = { OK: 0, FAILURE: 1, USAGE: 2 } as const;

interface ErrorKind<D> {
  readonly exitCode: 1 | 2;
  /** What is wrong, in one short line. */
  readonly message: (details: D) => string;
  /** What the reader can do about it. */
  readonly hint: ((details: D) => string | undefined) | undefined;
}

const usage = <D>(message: ErrorKind<D>['message'], hint?: ErrorKind<D>['hint']): ErrorKind<D> => ({
  exitCode: ExitCode.USAGE,
  message,
  hint,
});

const failure = <D>(message: ErrorKind<D>['message'], hint?: ErrorKind<D>['hint']): ErrorKind<D> => ({
  exitCode: ExitCode.FAILURE,
  message,
  hint,
});

const known = (names: readonly string[], what: string) =>
  names.length > 0 ? `${what}: ${names.join(', ')}` : undefined;

/** The one catalogue of errors: to add one, add a line. */
const ERRORS = {
  CONFIG_INVALID: usage((d: { problems: readonly string[] }) => d.problems.join('; ')),
  BAD_FILTER: usage(
    (d: { filter: string; reason: string }) => `bad filter "${d.filter}": ${d.reason}`,
    () => 'man pcap-filter has the syntax',
  ),
  BROKER_UNSUPPORTED: usage(
    (d: { url: string; supported: readonly string[] }) => `no broker driver for "${d.url}"`,
    (d) => known(d.supported, 'supported'),
  ),

  FILE_NOT_FOUND: failure(
    (d: { path: string }) => `${d.path}: no such file or directory`,
    () => 'check the path',
  ),
  FILE_UNREADABLE: failure(
    (d: { path: string; reason: string }) => `cannot read ${d.path}: ${d.reason}`,
    () => 'check its owner and mode',
  ),
  FILE_IS_DIRECTORY: failure(
    (d: { path: string }) => `${d.path} is a directory`,
    () => 'name a file in it',
  ),
  OUTPUT_UNWRITABLE: failure(
    (d: { path: string; reason: string }) => `cannot write ${d.path}: ${d.reason}`,
    () => 'choose a place you may write to',
  ),
  DISK_FULL: failure(
    (d: { path: string }) => `no space left to write ${d.path}`,
    () => 'free some space and run again',
  ),
  DATASET_MISMATCH: failure(
    (d: { path: string; reason: string }) => `${d.path} is another kind of dataset: ${d.reason}`,
    () => 'write to a new file',
  ),

  NO_PERMISSION_TO_CAPTURE: failure(
    (d: { device: string }) => `no permission to capture on ${d.device}`,
    () => 'run it with sudo, or once: sudo setcap cap_net_raw+ep "$(readlink -f "$(command -v node)")"',
  ),
  CAPTURE_UNAVAILABLE: failure(
    (d: { reason: string }) => `cannot capture live: ${d.reason}`,
    () => 'npm run setup builds it; captured files can be read with --read',
  ),
  NO_SUCH_DEVICE: failure(
    (d: { device: string; devices: readonly string[] }) => `there is no device ${d.device}`,
    (d) => known(d.devices, 'devices here'),
  ),
  DEVICE_DOWN: failure(
    (d: { device: string }) => `the device ${d.device} went down`,
    (d) => `bring it up again (ip link set ${d.device} up) and restart`,
  ),
  DEVICE_GONE: failure((d: { device: string }) => `the device ${d.device} is no longer there`),
  CAPTURE_PROCESS_DIED: failure(
    (d: { device: string; end: string }) => `the process that captured on ${d.device} died: ${d.end}`,
    () => 'packets it still held are lost; start again',
  ),
  PRIVILEGES_NOT_DROPPED: failure(
    (d: { reason: string }) => `cannot give up privileges: ${d.reason}`,
    () => 'start it as an ordinary user with CAP_NET_RAW only; docs/privileges.md shows how',
  ),

  BROKER_UNREACHABLE: failure(
    (d: { url: string; reason: string }) => `cannot reach the broker ${d.url}: ${d.reason}`,
    () => 'check that it runs there and that nothing blocks the way',
  ),
  BROKER_REFUSED: failure(
    (d: { url: string; reason: string }) => `cannot use the broker ${d.url}: ${d.reason}`,
    () => 'check user, password, permissions and TLS files',
  ),
  MESSAGE_TOO_LARGE: failure(
    (d: { bytes: number; reason: string }) => `a message of ${d.bytes} bytes is too large: ${d.reason}`,
  ),

  ANTINEX_UNREACHABLE: failure(
    (d: { url: string; reason: string; mayBeDone: boolean }) =>
      `cannot reach the AntiNex API at ${d.url}: ${d.reason}`,
    () => 'check that it runs there and that nothing blocks the way',
  ),
  ANTINEX_TIMEOUT: failure(
    (d: { request: string; timeoutMs: number }) =>
      `the AntiNex API did not answer ${d.request} within ${d.timeoutMs / 1000} s`,
    () => 'send fewer rows at once, or allow it more time',
  ),
  ANTINEX_TLS: failure(
    (d: { url: string; reason: string }) => `no trusted connection with ${d.url}: ${d.reason}`,
    () => 'name its authority with ANTINEX_CA_FILE, and check our certificate and key if it asks for one',
  ),
  ANTINEX_LOGIN_REFUSED: failure(
    (d: { url: string; user: string; reason: string }) =>
      `${d.url} does not let the user ${d.user} in: ${d.reason}`,
    () => 'check user and password',
  ),
  ANTINEX_REDIRECTED: failure(
    (d: { request: string; status: number; location: string }) =>
      `${d.request} was answered with ${d.status} to ${d.location}, and nothing was sent there`,
    () => 'give the URL that the API itself is served under, as it is (http or https, host, path)',
  ),
  ANTINEX_REFUSED: failure(
    (d: { request: string; status: number; reason: string }) =>
      `the AntiNex API refused ${d.request} with ${d.status}: ${d.reason}`,
  ),
  ANTINEX_BROKEN: failure(
    (d: { request: string; status: number; reason: string; mayBeDone: boolean }) =>
      `the AntiNex API broke at ${d.request} with ${d.status}: ${d.reason}`,
    () => 'look at its log, and at those of its workers and broker',
  ),
  ANTINEX_BAD_ANSWER: failure(
    (d: { request: string; reason: string }) =>
      `the answer to ${d.request} is none of an AntiNex API: ${d.reason}`,
    () => 'check the URL',
  ),
  ANTINEX_BAD_REQUEST: failure(
    (d: { request: string; reason: string }) => `${d.request} was not sent: ${d.reason}`,
  ),
  ANTINEX_NOT_FOUND: failure(
    (d: { what: string; id: number; user: string }) => `the user ${d.user} has no ${d.what} ${d.id}`,
  ),
  ANTINEX_JOB_FAILED: failure(
    (d: { what: string; id: number; status: string; reason: string }) =>
      `the ${d.what} ${d.id} ended as "${d.status}": ${d.reason}`,
  ),
  ANTINEX_JOB_STUCK: failure(
    (d: { what: string; id: number; status: string; waitedMs: number }) =>
      `the ${d.what} ${d.id} is still "${d.status}" after ${Math.round(d.waitedMs / 1000)} s`,
    (d) =>
      d.status === 'launched'
        ? 'is AntiNex core running? it never answers a request it cannot work with; its log says why'
        : 'it may still end: ask for it again later',
  ),
  ANTINEX_SPOOL_FULL: failure(
    (d: { folder: string; limitBytes: number }) =>
      `rows that wait for AntiNex, or that it refused, fill the ${d.limitBytes} bytes of ${d.folder}`,
    () => 'bring the API back, look into its folder refused, or set ANTINEX_SPOOL_SIZE',
  ),

  FEATURES_INVALID: usage((d: { problems: readonly string[] }) => d.problems.join('; ')),
  NO_FLOWS: failure(
    (d: { reason: string }) => `there are no flows to make features of: ${d.reason}`,
    () => 'look at the capture, or ask for fewer packets a flow',
  ),
  TOO_MANY_PACKETS: failure(
    (d: { limit: number }) => `the flows have more than the ${d.limit} packets that may be held at once`,
    () => 'split the capture, allow more packets, or give a fixed interval and dimension',
  ),
  NETML_FAILS: failure(
    (d: { error: string }) => `netml fails here with ${d.error}`,
    () => 'leave out --compat netml for an answer',
  ),
  LABELS_UNUSABLE: failure(
    (d: { path: string; reason: string }) => `cannot use the labels in ${d.path}: ${d.reason}`,
  ),
  FEATURE_FILE_UNUSABLE: failure(
    (d: { path: string; reason: string }) => `cannot use the features in ${d.path}: ${d.reason}`,
  ),
  NETWORK_INVALID: failure(
    (d: { problems: readonly string[] }) => `no such network: ${d.problems.join('; ')}`,
  ),
  TABLE_UNUSABLE: failure((d: { what: string; reason: string }) => `cannot use ${d.what}: ${d.reason}`),
  TRAINING_DIVERGED: failure(
    (d: { epoch: number }) => `training diverged in epoch ${d.epoch}: its loss is no number any more`,
    () => 'scale the columns, or check them for wild values',
  ),
  ALGORITHM_UNKNOWN: usage(
    (d: { name: string; known: readonly string[] }) => `there is no algorithm "${d.name}"`,
    (d) => known(d.known, 'algorithms'),
  ),
  PARAMETERS_INVALID: usage(
    (d: { algorithm: string; problems: readonly string[]; known: readonly string[] }) =>
      `${d.algorithm}: ${d.problems.join('; ')}`,
    (d) => known(d.known, `parameters of ${d.algorithm}`),
  ),
  FITTING_FAILED: failure(
    (d: { algorithm: string; reason: string }) => `${d.algorithm} cannot be fitted: ${d.reason}`,
  ),
  MODEL_FILE_UNUSABLE: failure(
    (d: { path: string; reason: string }) => `${d.path} is no model that can be used: ${d.reason}`,
    () => 'train it again, or name another file',
  ),

  JOB_INVALID: failure((d: { problems: readonly { readonly field: string; readonly reason: string }[] }) =>
    d.problems.map(({ field, reason }) => `${field} ${reason}`).join('; '),
  ),
  JOB_TOO_LARGE: failure((d: { what: string; limit: string }) => `${d.what} is more than ${d.limit}`),
  JOB_DATASET_REFUSED: failure(
    (d: { name: string; reason: string }) => `no dataset "${d.name}" can be read: ${d.reason}`,
    () => 'name a CSV file by its path inside of a dataset folder of the server',
  ),
  JOB_THREAD_DIED: failure(
    (d: { reason: string }) => `the thread that worked on the job died: ${d.reason}`,
    () => 'ask for less at once, or let the server take more memory',
  ),
  MODEL_UNKNOWN: failure(
    (d: { label: string }) => `no model is named "${d.label}": train it first`,
    () => 'with a dataset, or with rows of both classes',
  ),
  MODEL_MISMATCH: failure((d: { label: string; reason: string }) => `the model "${d.label}" ${d.reason}`),

  SERVER_DATA_IN_USE: failure(
    (d: { folder: string }) => `another antinex-server uses the folder ${d.folder}`,
    () => 'end it, or give each server a folder of its own with --data',
  ),
  SERVER_DATA_UNUSABLE: failure(
    (d: { folder: string; reason: string }) => `cannot use the database in ${d.folder}: ${d.reason}`,
    () => 'choose another folder with --data, or bring back a copy of this one',
  ),

  LISTEN_FAILED: failure(
    (d: { address: string; reason: string }) => `cannot listen on ${d.address}: ${d.reason}`,
    () => 'choose another address or port',
  ),

  QUEUE_CLOSED: failure((d: { queue: string }) => `the queue ${d.queue} is closed`),
  BATCH_TOO_LARGE: failure(
    (d: { size: number; limit: number }) => `a batch of ${d.size} messages is over the limit of ${d.limit}`,
  ),
  SPOOL_FULL: failure(
    (d: { folder: string; limitBytes: number }) => `the spool ${d.folder} holds its ${d.limitBytes} bytes`,
    () => 'bring the broker back, or allow the spool more',
  ),
  SPOOL_IN_USE: failure(
    (d: { folder: string; pid: number | undefined }) =>
      `the spool ${d.folder} is used by ${d.pid === undefined ? 'another process' : `process ${d.pid}`}`,
    () => 'give each agent a folder of its own',
  ),
  SPOOL_UNUSABLE: failure(
    (d: { folder: string; reason: string }) => `cannot use the spool ${d.folder}: ${d.reason}`,
    () => 'use the version that wrote it until it is empty, or choose another folder',
  ),

  SYSTEM_ERROR: failure((d: { action: string; reason: string }) => `${d.action}: ${d.reason}`),
  UNEXPECTED: failure(
    (d: { message: string }) => `unexpected error: ${d.message}`,
    () => 'this is a bug; LOG_LEVEL=debug shows where',
  ),
};

export type ErrorCode = keyof typeof ERRORS;

/** What the message of an error of this code is built from. */
export type ErrorDetails<C extends ErrorCode> = Parameters<(typeof ERRORS)[C]['message']>[0];

/** An error a user can act on. `code` names its line in the catalogue, `details` holds what it is about. */
export class PipelineError<C extends ErrorCode = ErrorCode> extends Error {
  readonly code: C;
  readonly exitCode: 1 | 2;
  readonly details: ErrorDetails<C>;
  readonly hint: string | undefined;

  constructor(code: C, details: ErrorDetails<C>, options?: ErrorOptions) {
    const kind = ERRORS[code] as ErrorKind<ErrorDetails<C>>;
    super(kind.message(details), options);
    this.name = 'PipelineError';
    this.code = code;
    this.exitCode = kind.exitCode;
    this.details = details;
    this.hint = kind.hint?.(details);
  }
}
