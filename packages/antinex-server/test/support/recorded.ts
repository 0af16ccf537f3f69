import {
  readRecording,
  readTranscripts,
  type Transcript,
} from '../../../antinex-client/test/support/transcripts.ts';

export interface Recorded extends Transcript {
  /** Which of the recorded servers was asked. */
  readonly port: string;
  readonly requestHeaders: Readonly<Record<string, string>>;
  /** The user and password of HTTP Basic. */
  readonly basic: string | undefined;
  /** Undefined for none; `@name` for one that was not recorded. */
  readonly body: string | undefined;
  /** The answer as JSON; undefined when it is none. */
  // biome-ignore lint/suspicious/noExplicitAny: it is compared, not used
  readonly json: any;
}

/** Every recorded exchange with what was asked, read from the curl command. */
export function readRecorded(): Recorded[] {
  return readTranscripts().map((transcript) => {
    const file = readRecording(transcript.name);
    const command = file.slice(0, file.indexOf('HTTP/1.1')).trim();
    const headers = [...command.matchAll(/ -H ([\w-]+): (.*?)(?= -H | -d | --data-binary | http:)/g)];
    const body = / (?:-d|--data-binary) (.*) http:\S+$/s.exec(command)?.[1];
    return {
      ...transcript,
      name: transcript.name.replace('.txt', ''),
      port: /http:\/\/[\d.]+:(\d+)/.exec(command)![1],
      requestHeaders: Object.fromEntries(headers.map(([, name, value]) => [name.toLowerCase(), value])),
      basic: / -u (\S+) /.exec(command)?.[1],
      body,
      json: parse(transcript.answer.toString()),
    };
  });
}

export function headerOf({ headers }: Transcript, name: string): string | undefined {
  const at = headers.findIndex((header, index) => index % 2 === 0 && header.toLowerCase() === name);
  return at < 0 ? undefined : headers[at + 1];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
