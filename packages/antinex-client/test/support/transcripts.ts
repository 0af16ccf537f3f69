import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../../../../../shared/golden/antinex/transcripts/', import.meta.url));

/** Why nothing can be compared with recordings of the original; undefined when it can. */
export const transcriptsMissing = existsSync(FOLDER)
  ? undefined
  : '../shared with the recordings is not here';

/** One recorded exchange. */
export interface Transcript {
  readonly name: string;
  readonly method: string;
  /** `/ml/1/` */
  readonly path: string;
  readonly status: number;
  readonly reason: string;
  /** Name, value, name, value ... as they stood on the wire. */
  readonly headers: readonly string[];
  readonly answer: Buffer;
}

/** Files that are not what one request was answered with; 67 has a request that got no answer. */
const OTHER_FILES = [
  '30-redis-messages.json',
  '67-sync-syn-train-post.txt',
  '95-python-client-expiry-loop.txt',
  '96-generate_ai_request-output.json',
];

export const readRecording = (name: string): string => readFileSync(FOLDER + name, 'utf8');

/** Every recorded exchange, by name; of several answers the first. */
export function readTranscripts(): Transcript[] {
  return readdirSync(FOLDER)
    .filter((name) => !OTHER_FILES.includes(name))
    .map((name) => parse(name, readFileSync(FOLDER + name)));
}

function parse(name: string, file: Buffer): Transcript {
  const start = file.indexOf('HTTP/1.1');
  const command = file.subarray(0, start).toString().trim();
  const headEnd = file.indexOf('\r\n\r\n', start);
  const [statusLine, ...lines] = file.subarray(start, headEnd).toString('latin1').split('\r\n');
  const [, status, reason] = /^HTTP\/1\.1 (\d+) (.*)$/.exec(statusLine)!;
  const url = new URL(/(http:\/\/\S+)$/.exec(command)![1]);
  const rest = file.subarray(headEnd + 4, file.lastIndexOf('\n[time_total'));
  const length = lines.find((line) => /^content-length:/i.test(line))?.split(': ')[1];
  return {
    name,
    method: /^\$ curl -I/.test(command) ? 'HEAD' : (/ -X (\w+)/.exec(command)?.[1] ?? 'GET'),
    path: url.pathname,
    status: Number(status),
    reason,
    headers: lines.flatMap((line) => line.split(/: (.*)/s).slice(0, 2)),
    answer: length === undefined ? rest : rest.subarray(0, Number(length)),
  };
}
