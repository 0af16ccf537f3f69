/** An env file's variables, and the lines that are none. */
export interface EnvFile {
  readonly variables: ReadonlyMap<string, string>;
  /** Numbers (from 1) of the lines that are neither assignment, comment nor empty. */
  readonly badLines: readonly number[];
}

const ASSIGNMENT = /^(?:export\s+)?([A-Za-z_]\w*)=(.*)$/;

/**
 * Reads `KEY=VALUE` lines as a shell's `source` and docker's `--env-file` both take them: `export` in
 * front, quotes around and a ` # comment` behind are allowed. Nothing is expanded, a value ends with its line.
 */
export function parseEnvFile(text: string): EnvFile {
  const variables = new Map<string, string>();
  const badLines: number[] = [];
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    const match = ASSIGNMENT.exec(line);
    const value = match ? unquote(match[2]) : undefined;
    if (match && value !== undefined) variables.set(match[1], value);
    else badLines.push(index + 1);
  }
  return { variables, badLines };
}

function unquote(text: string): string | undefined {
  const quote = text[0];
  if (quote !== '"' && quote !== "'") return text.replace(/(^|\s)#.*$/, '').trimEnd();
  const end = text.indexOf(quote, 1);
  if (end < 0) return undefined;
  return /^\s*(#.*)?$/.test(text.slice(end + 1)) ? text.slice(1, end) : undefined;
}
