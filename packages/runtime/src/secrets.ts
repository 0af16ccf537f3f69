/** What stands in the place of a secret. */
export const MASK = '***';

const URL_PASSWORD = /(:\/\/[^\s/:@"]*:)[^\s"]{1,256}@/g;
const QUERY_SECRET = /([?&](?:password|token|secret)=)[^&\s"]+/gi;

/** `redis://me:***@host/0` for `redis://me:secret@host/0`, anywhere in a text. Rather hides too much than too little. */
export function maskSecrets(text: string): string {
  return text.includes('://')
    ? text.replace(URL_PASSWORD, `$1${MASK}@`).replace(QUERY_SECRET, `$1${MASK}`)
    : text;
}
