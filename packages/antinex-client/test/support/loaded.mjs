// Says at the end which of the packages that take long were loaded.
import { createRequire } from 'node:module';

process.on('exit', () => {
  const files = Object.keys(createRequire(import.meta.url).cache);
  const loaded = ['follow-redirects', 'pino'].filter((name) =>
    files.some((file) => file.includes(`/${name}/`)),
  );
  process.stderr.write(`loaded: ${loaded.join(' ')}\n`);
});
