const SEVERAL_HOSTS = /^([a-z][a-z\d+.-]*:\/\/(?:[^@/?#]*@)?)([^/?#,]*),([^/?#]*)(.*)$/i;

/**
 * Reads a URL that may name several hosts (`redis+cluster://a:7000,b:7001/`), which the URL standard
 * has no place for: the first is the URL's host, each further one a `node` of its query.
 * Undefined when it is no URL.
 */
export function parseBrokerUrl(text: string): URL | undefined {
  const [, start, first, others, rest] = SEVERAL_HOSTS.exec(text) ?? [];
  const plain = others === undefined ? text : `${start}${first}${rest}`;
  if (!URL.canParse(plain)) return undefined;
  const url = new URL(plain);
  for (const node of others?.split(',') ?? []) url.searchParams.append('node', node);
  return url;
}
