import { existsSync } from 'node:fs';

const LOOK_MS = 250;

/** Calls `stop` as soon as the file exists; the function it returns ends the watch. */
export function watchStopFile(path: string, stop: () => void): () => void {
  const timer = setInterval(look, LOOK_MS).unref();
  function look(): void {
    if (!existsSync(path)) return;
    clearInterval(timer);
    stop();
  }
  look();
  return () => clearInterval(timer);
}
