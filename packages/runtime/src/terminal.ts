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
