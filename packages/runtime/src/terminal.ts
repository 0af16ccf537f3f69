/** The part of a terminal or pipe that logging and progress use; process.stderr is one. */
export interface Terminal {
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
  write(text: string): unknown;
}

/** Back to the start of the line, and wipe it. */
export const CLEAR_LINE = '\r\u001b[2K';

/** Colours only on a terminal that knows them, and never under NO_COLOR (no-color.org). */
export function wantsColour(stream: Terminal, env: NodeJS.ProcessEnv): boolean {
  return stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
}

/** A text from strangers that cannot steer a terminal: ? in place of control characters. */
export const withoutControls = (text: string): string =>
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what has to go
  text.replace(/[\u0000-\u001f\u007f-\u009f]/g, '?');
