import type { Flag, Node } from './command-tree.ts';

/** A script for fish: a line for each flag and command, and where it may stand. */
export const fishCompletion = (tree: readonly Node[]): string =>
  `# fish completion of netml
function __netml_command
  set -l command ''
  for word in (commandline -opc)[2..-1]
    switch "$command $word"
${tree
  .filter(({ path }) => path !== '')
  .map(({ path }) => `      case '${path.includes(' ') ? path : ` ${path}`}'\n        set command '${path}'`)
  .join('\n')}
    end
  end
  test "$command" = "$argv[1]"
end
complete -c netml -f
${tree.flatMap(linesOf).join('\n')}
`;

function linesOf({ path, flags, commands, words }: Node): string[] {
  const here = `complete -c netml -n "__netml_command '${path}'"`;
  return [
    ...commands.map(({ name, help }) => `${here} -a ${name} -d ${quoted(help)}`),
    ...(words.length > 0 ? [`${here} -a '${words.join(' ')}'`] : []),
    ...flags.map((flag) => `${here} ${flagOf(flag)}`),
  ];
}

function flagOf({ names, value, help }: Flag): string {
  const spelled = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  const behind = Array.isArray(value)
    ? [`-x -a '${value.join(' ')}'`]
    : value === 'none'
      ? []
      : [value === 'file' ? '-r -F' : '-x'];
  return [...spelled, ...behind, `-d ${quoted(help)}`].join(' ');
}

const quoted = (text: string): string => `'${text.replaceAll('\\', '').replaceAll("'", "\\'")}'`;
