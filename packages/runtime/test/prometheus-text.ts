/** One line of a scrape. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

const COMMENT = /^# (HELP|TYPE) ([a-z_:][\w:]*) (.+)$/;
const SAMPLE = /^([a-z_:][\w:]*)(?:\{(.*)\})? (\S+)$/;
const LABEL = /([a-z_]\w*)="((?:[^"\\]|\\.)*)"/gy;
/** Names that belong to a histogram called without these. */
const HISTOGRAM_SUFFIX = /_(bucket|sum|count)$/;

/**
 * Reads Prometheus' text format, version 0.0.4, and throws where it is broken: a line that is none,
 * a sample of a metric that has no TYPE, the same sample twice.
 */
export function parseScrape(text: string): Map<string, Sample[]> {
  const types = new Map<string, string>();
  const seen = new Set<string>();
  const samples = new Map<string, Sample[]>();
  if (!text.endsWith('\n')) throw new Error('the last line has no end');
  for (const line of text.split('\n')) {
    if (line === '') continue;
    const comment = COMMENT.exec(line);
    if (comment) {
      if (comment[1] === 'TYPE') types.set(comment[2], comment[3]);
      continue;
    }
    const [, name, labelText = '', number] = SAMPLE.exec(line) ?? fail(line);
    const key = line.slice(0, line.lastIndexOf(' '));
    if (!types.has(name) && types.get(name.replace(HISTOGRAM_SUFFIX, '')) !== 'histogram') fail(line);
    if (seen.has(key)) fail(line);
    seen.add(key);
    const value = number === '+Inf' ? Number.POSITIVE_INFINITY : Number(number);
    if (Number.isNaN(value)) fail(line);
    samples.set(name, [...(samples.get(name) ?? []), { labels: parseLabels(labelText, line), value }]);
  }
  return samples;
}

function parseLabels(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    LABEL.lastIndex = 0;
    const [whole, name, value] = LABEL.exec(rest) ?? fail(line);
    labels[name] = value.replace(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char));
    rest = rest.slice(whole.length).replace(/^,/, '');
  }
  return labels;
}

function fail(line: string): never {
  throw new Error(`not a line of a scrape: ${line}`);
}
