import { PipelineError } from '@antinex/runtime';
import type { Secrets } from '../secrets.ts';
import { type Lean, parseLean } from './lean-json.ts';
import { type Answer, nameOf, type Request } from './transport.ts';

const LONGEST_REASON = 300;

/** What the API writes when it has stored a job and could hand it to nobody: it will never run. */
const NOT_HANDED_ON = '{"job":null,"results":null}';

/**
 * The JSON of an answer, without secrets, and without what `lean` does not want.
 *
 * @throws PipelineError that says how the API refused the request, ANTINEX_REDIRECTED, ANTINEX_REFUSED
 * (4xx) or ANTINEX_BROKEN (5xx), or ANTINEX_BAD_ANSWER for what is no JSON.
 */
export function readAnswer(request: Request, answer: Answer, secrets: Secrets, lean?: Lean): unknown {
  const { status, body } = answer;
  if (status < 200 || status > 299) throw refusal(request, answer, secrets);
  const bad = (reason: string) =>
    new PipelineError('ANTINEX_BAD_ANSWER', { request: nameOf(request), reason });
  const value = parse(body, lean);
  if (value === undefined)
    throw bad(body.length === 0 ? 'it is empty' : `it is not JSON but ${kindOf(answer)}`);
  if (!secrets.cleanAnswer(value)) throw bad('it is nested too deep');
  return value;
}

/** The error for an answer that is none of success. */
export function refusal(request: Request, answer: Answer, secrets: Secrets): PipelineError {
  const { status } = answer;
  const name = nameOf(request);
  if (status >= 300 && status <= 399) {
    const location = shorten(secrets.hide(answer.location || 'nowhere'));
    return new PipelineError('ANTINEX_REDIRECTED', { request: name, status, location });
  }
  const reason = shorten(secrets.hide(reasonOf(answer)));
  if (status < 500) return new PipelineError('ANTINEX_REFUSED', { request: name, status, reason });
  const notHandedOn = answer.body.toString().trim() === NOT_HANDED_ON;
  return new PipelineError('ANTINEX_BROKEN', {
    request: name,
    status,
    reason: notHandedOn ? 'it could not hand the job on' : reason,
    mayBeDone: !notHandedOn,
  });
}

function parse(body: Buffer, lean?: Lean): unknown {
  try {
    return lean === undefined ? JSON.parse(body.toString()) : parseLean(body, lean);
  } catch {
    return undefined;
  }
}

/** In the API's words, where it has some. Pages of HTML are not quoted: Django's show settings and what was posted. */
function reasonOf(answer: Answer): string {
  const { status, body, contentType } = answer;
  if (body.length === 0) {
    return status === 400
      ? 'it does not say why; mostly a field of the wrong type, a missing key, or a file that is not on the server'
      : 'it does not say why';
  }
  const value = parse(body);
  if (value !== undefined) return wordsOf(value);
  if (status === 400 && contentType.includes('html')) {
    return `${kindOf(answer)}; it may not know its own host name (DJANGO_ALLOWED_HOSTS)`;
  }
  return kindOf(answer);
}

/** `"text"`, `{"detail": "text"}` or `{"field": ["text"]}`. */
function wordsOf(value: unknown): string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return String(value);
  return Object.entries(value)
    .slice(0, 10)
    .map(([key, words]) => {
      const text = [words].flat().slice(0, 5).map(short).join(' ');
      return key === 'detail' || key === 'non_field_errors' ? text : `${key}: ${text}`;
    })
    .join('; ');
}

const short = (word: unknown) => (typeof word === 'object' ? '...' : String(word));

const kindOf = ({ contentType, body }: Answer) =>
  `${contentType.split(';')[0] || 'something'} of ${body.length} bytes`;

const shorten = (text: string) => (text.length > LONGEST_REASON ? `${text.slice(0, LONGEST_REASON)}…` : text);
