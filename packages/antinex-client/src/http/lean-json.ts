/** What is not wanted of an answer: it may be most of its megabytes. */
export interface Lean {
  /** Members that are left out wherever they stand. */
  readonly leaveOut: ReadonlySet<string>;
  /** The lists of this name hold rows, of which only some columns are kept. */
  readonly rows: string;
  /** Of printable ASCII; written with escapes they are not known. */
  readonly columns: ReadonlySet<string>;
}

const [QUOTE, BACKSLASH, COMMA, COLON] = Buffer.from('"\\,:');
const [OPEN, CLOSE, LIST_OPEN, LIST_CLOSE] = Buffer.from('{}[]');
const [SPACE, TAB, LINE_FEED, RETURN] = Buffer.from(' \t\n\r');
const DEEPEST = 100;

/**
 * Reads JSON as JSON.parse does, but for what is not wanted: that is passed over, several times faster
 * than it could be read, and need not even be right.
 *
 * @throws SyntaxError for what is no JSON, or nested deeper than any answer.
 */
export function parseLean(text: Buffer, lean: Lean): unknown {
  return new LeanReader(text, lean).read();
}

class LeanReader {
  readonly #text: Buffer;
  readonly #lean: Lean;
  /** 1 for each length that a column's name has. */
  readonly #isLength: Uint8Array;
  #at = 0;

  constructor(text: Buffer, lean: Lean) {
    this.#text = text;
    this.#lean = lean;
    const lengths = [...lean.columns].map(({ length }) => length);
    this.#isLength = new Uint8Array(Math.max(0, ...lengths) + 1);
    for (const length of lengths) this.#isLength[length] = 1;
  }

  read(): unknown {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw this.#error();
    return value;
  }

  /** The objects of a list of rows keep only some columns. */
  #value(depth: number, isRows = false): unknown {
    if (depth > DEEPEST) throw this.#error();
    this.#space();
    const first = this.#text[this.#at];
    if (first === OPEN) return this.#object(depth);
    if (first === LIST_OPEN) return this.#list(depth, isRows);
    const start = this.#at;
    this.#skip();
    return JSON.parse(this.#text.toString('utf8', start, this.#at));
  }

  #object(depth: number): object {
    const object: Record<string, unknown> = {};
    this.#members(CLOSE, () => {
      const name = this.#name();
      if (this.#lean.leaveOut.has(name)) {
        this.#space();
        return this.#skip();
      }
      const value = this.#value(depth + 1, name === this.#lean.rows);
      // As JSON.parse does: a member, whatever it is called.
      if (name === '__proto__') Object.defineProperty(object, name, { value, enumerable: true });
      else object[name] = value;
    });
    return object;
  }

  /** An object of which only some columns are kept. Here is where the time goes. */
  #row(depth: number): object {
    const text = this.#text;
    const row: Record<string, unknown> = {};
    this.#at++;
    this.#space();
    if (text[this.#at] === CLOSE) {
      this.#at++;
      return row;
    }
    for (;;) {
      const start = this.#at;
      if (text[start] !== QUOTE) throw this.#error();
      this.#string();
      const end = this.#at;
      // Names of other lengths than the columns' need not be looked at.
      const isWanted = this.#isLength[end - start - 2] === 1 && this.#isColumn(start + 1, end - 1);
      if (text[this.#at] !== COLON) this.#space();
      if (text[this.#at++] !== COLON) throw this.#error();
      if (isWanted) row[text.toString('latin1', start + 1, end - 1)] = this.#value(depth + 1);
      else {
        this.#space();
        this.#skip();
      }
      this.#space();
      const behind = text[this.#at++];
      if (behind === CLOSE) return row;
      if (behind !== COMMA) throw this.#error();
      this.#space();
    }
  }

  #isColumn(from: number, to: number): boolean {
    return this.#lean.columns.has(this.#text.toString('latin1', from, to));
  }

  #list(depth: number, isRows: boolean): unknown[] {
    const list: unknown[] = [];
    this.#members(LIST_CLOSE, () => {
      this.#space();
      const isRow = isRows && this.#text[this.#at] === OPEN;
      list.push(isRow ? this.#row(depth + 1) : this.#value(depth + 1));
    });
    return list;
  }

  /** What is between two brackets, with commas in between. */
  #members(close: number, member: () => void): void {
    this.#at++;
    this.#space();
    if (this.#text[this.#at] === close) {
      this.#at++;
      return;
    }
    for (;;) {
      member();
      this.#space();
      const behind = this.#text[this.#at++];
      if (behind === close) return;
      if (behind !== COMMA) throw this.#error();
    }
  }

  /** A name and the colon behind it. */
  #name(): string {
    this.#space();
    const start = this.#at;
    if (this.#text[start] !== QUOTE) throw this.#error();
    this.#string();
    // Most names are plain, and then their bytes are they.
    const plain = this.#text.toString('latin1', start + 1, this.#at - 1);
    const name = PLAIN.test(plain) ? plain : JSON.parse(this.#text.toString('utf8', start, this.#at));
    this.#space();
    if (this.#text[this.#at++] !== COLON) throw this.#error();
    return name;
  }

  #skip(): void {
    const text = this.#text;
    const first = text[this.#at];
    if (first === QUOTE) return this.#string();
    if (first !== OPEN && first !== LIST_OPEN) return this.#word();
    for (let depth = 0; this.#at < text.length; ) {
      const byte = text[this.#at];
      if (byte === QUOTE) {
        this.#string();
        continue;
      }
      this.#at++;
      if (byte === OPEN || byte === LIST_OPEN) depth++;
      else if ((byte === CLOSE || byte === LIST_CLOSE) && --depth === 0) return;
    }
    throw this.#error();
  }

  /** A number, `true` and the like. */
  #word(): void {
    const text = this.#text;
    const start = this.#at;
    let at = start;
    for (; at < text.length; at++) {
      const byte = text[at];
      if (byte === COMMA || byte === CLOSE || byte === LIST_CLOSE || byte <= SPACE) break;
    }
    if (at === start) throw this.#error();
    this.#at = at;
  }

  #string(): void {
    const text = this.#text;
    for (let at = this.#at + 1; at < text.length; at++) {
      const byte = text[at];
      if (byte === BACKSLASH) at++;
      else if (byte === QUOTE) {
        this.#at = at + 1;
        return;
      }
    }
    throw this.#error();
  }

  #space(): void {
    const text = this.#text;
    for (; ; this.#at++) {
      const byte = text[this.#at];
      if (byte !== SPACE && byte !== LINE_FEED && byte !== RETURN && byte !== TAB) return;
    }
  }

  #error(): SyntaxError {
    return new SyntaxError(`no JSON at ${this.#at}`);
  }
}

/** Printable ASCII without escapes. */
const PLAIN = /^[ !#-[\]-~]*$/;
