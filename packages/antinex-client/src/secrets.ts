import { maskSecrets } from '@antinex/runtime';

const MASK = '***';
/** The API asks for at least this much; shorter ones could not be told from ordinary text. */
const SHORTEST = 4;
const SECRET_KEY = /(password|secret|token|authorization)$/i;
const URL_KEY = /(^|_)url$/i;
const DEEPEST = 64;

/** What must not be read in any log, error or record, and how to take it out of them. */
export class Secrets {
  readonly #spellings = new Set<string>();
  #token: readonly string[] = [];

  constructor(password: string) {
    this.keep(password);
  }

  /** One more text that nobody may read. */
  keep(secret: string): void {
    for (const spelling of spellingsOf(secret)) this.#spellings.add(spelling);
  }

  /** The token in use: texts are cleaned of this one and no longer of the one before. */
  useToken(token: string): void {
    this.#token = spellingsOf(token);
  }

  /** A text without password, token and the passwords of URLs. */
  hide(text: string): string {
    let hidden = text;
    for (const spelling of [...this.#token, ...this.#spellings]) hidden = hidden.replaceAll(spelling, MASK);
    return maskSecrets(hidden);
  }

  /**
   * Takes secrets out of an answer, in place: the API sends the URL of its own broker, password and
   * all, with each job. False when the answer is nested too deep to be one of the API's.
   */
  cleanAnswer(answer: unknown): boolean {
    let level = [{ answer }] as object[];
    for (let depth = 0; level.length > 0; depth++) {
      if (depth > DEEPEST) return false;
      const next: object[] = [];
      for (const holder of level) this.#cleanOne(holder as Record<string, unknown>, next);
      level = next;
    }
    return true;
  }

  #cleanOne(holder: Record<string, unknown>, inside: object[]): void {
    // Rows of numbers are most of an answer. What JSON.parse made inherits no keys.
    for (const key in holder) {
      const value = holder[key];
      if (typeof value === 'number') continue;
      if (typeof value === 'object' && value !== null) inside.push(value);
      else if (typeof value === 'string') {
        const clean = this.#cleanText(key, value);
        if (clean !== value) holder[key] = clean;
      }
    }
  }

  #cleanText(key: string, value: string): string {
    if (SECRET_KEY.test(key)) return MASK;
    if (URL_KEY.test(key)) return value.replace(/\/\/.*@/s, `//${MASK}@`);
    return value.includes('://') ? maskSecrets(value) : value;
  }
}

/** A secret as it stands in plain text, in JSON and in a URL. */
function spellingsOf(secret: string): string[] {
  if (secret.length < SHORTEST) return [];
  // A lone surrogate cannot stand in a URL; it is sent as U+FFFD.
  const sent = Buffer.from(secret).toString();
  return [secret, JSON.stringify(secret).slice(1, -1), sent, encodeURIComponent(sent)];
}
