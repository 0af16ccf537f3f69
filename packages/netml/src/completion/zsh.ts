import type { Flag, Node } from './command-tree.ts';

/** A script for zsh: a function for each command, with _arguments. */
export const zshCompletion = (tree: readonly Node[]): string => `#compdef netml
# zsh completion of netml
${tree.map(functionOf).join('\n')}
if [ "$funcstack[1]" = "_netml" ]; then
  _netml "$@"
else
  compdef _netml netml
fi
`;

const nameOf = (path: string): string => ['_netml', ...path.split(' ')].filter(Boolean).join('_');

function functionOf({ path, flags, commands, words }: Node): string {
  const specs = flags.map(flagSpec);
  if (commands.length === 0) {
    const rest = words.length > 0 ? [`'1: :(${words.join(' ')})'`] : [];
    return `${nameOf(path)}() {\n  _arguments -s ${[...specs, ...rest].join(' \\\n    ')}\n}`;
  }
  const described = commands.map(({ name, help }) => `'${plain(name)}:${plain(help)}'`).join(' ');
  const calls = commands.map(({ name }) => `        ${name}) ${nameOf(`${path} ${name}`.trim())} ;;`);
  return `${nameOf(path)}() {
  local curcontext="$curcontext" state line
  local -a commands=(${described})
  _arguments -s -C ${[...specs, `'1: :->command'`, `'*:: :->rest'`].join(' \\\n    ')}
  case "$state" in
    command) _describe command commands ;;
    rest)
      case "$line[1]" in
${calls.join('\n')}
      esac ;;
  esac
}`;
}

function flagSpec({ names, value, several, help }: Flag): string {
  const action = Array.isArray(value) ? `: :(${value.join(' ')})` : value === 'file' ? ': :_files' : ': : ';
  const behind = value === 'none' ? '' : action;
  const text = `[${plain(help)}]${behind}`;
  const [only] = names;
  if (names.length === 1) return `'${several ? '*' : ''}${only}${text}'`;
  return `'${several ? '*' : `(${names.join(' ')})`}'{${names.join(',')}}'${text}'`;
}

/** What has a meaning in a specification goes. */
const plain = (text: string): string => text.replaceAll("'", '’').replace(/[[\]:\\]/g, ' ');
