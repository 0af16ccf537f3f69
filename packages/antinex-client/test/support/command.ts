import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { hear, PASSWORD, USER } from './hearing.ts';

const packageFolder = fileURLToPath(new URL('../..', import.meta.url));
const LOADED = new URL('./loaded.mjs', import.meta.url).href;

export const COMMANDS = [
  'ai-env-predict',
  'ai-get-job',
  'ai-get-prepared-dataset',
  'ai-get-results',
  'ai-prepare-dataset',
  'ai-train-dnn',
] as const;

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Sent once the program has logged this. */
  readonly kill?: { readonly after: string; readonly signal: NodeJS.Signals };
  /** The last line of standard error says what was loaded. */
  readonly tellLoaded?: boolean;
}

/** Runs the real command, as it was built, without this process's settings. */
export async function run(
  command: (typeof COMMANDS)[number],
  args: readonly string[],
  { env, kill, tellLoaded }: RunOptions = {},
): Promise<Ended> {
  const child = spawn(
    process.execPath,
    [...(tellLoaded ? ['--import', LOADED] : []), `${packageFolder}bin/${command}.js`, ...args],
    { env: { PATH: process.env.PATH, ...env }, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  let logged = '';
  child.stderr.on('data', (chunk) => {
    logged += chunk;
    if (kill && logged.includes(kill.after)) child.kill(kill.signal);
  });
  const exit = once(child, 'close');
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, signal] = await exit;
  hear(stdout);
  hear(stderr);
  return { code, signal, stdout, stderr };
}

/** The variables that say whom to log in as, and where. */
export const account = (url: string) => ({ API_URL: url, API_USER: USER, API_PASSWORD: PASSWORD });
export const antinexAccount = (url: string) => ({
  ANTINEX_URL: url,
  ANTINEX_USER: USER,
  ANTINEX_PASSWORD: PASSWORD,
});
