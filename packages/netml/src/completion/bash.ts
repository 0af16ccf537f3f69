import type { Flag, Node } from './command-tree.ts';

/** A script for bash: what stands in front of the cursor decides what may follow. */
export const bashCompletion = (tree: readonly Node[]): string => `# bash completion of netml
_netml() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command='' word
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in
${tree
  .filter(({ path }) => path !== '')
  .map(({ path }) => `      '${keyOf(path)}') command='${path}' ;;`)
  .join('\n')}
    esac
  done
  COMPREPLY=()
  case "$command" in
${tree.map(branch).join('\n')}
  esac
}
complete -F _netml netml
`;

/** The command so far and the next word, as the script has it: ' learn', 'learn extract'. */
const keyOf = (path: string): string => (path.includes(' ') ? path : ` ${path}`);

function branch({ path, flags, commands, words }: Node): string {
  const names = flags.flatMap((flag) => flag.names);
  const values = flags.filter(({ value }) => value !== 'none').map(valueCase);
  const others = [...commands.map(({ name }) => name), ...words];
  return `    '${path}')
      case "$previous" in
${values.join('\n')}
      esac
      case "$current" in
        -*) COMPREPLY=($(compgen -W '${names.join(' ')}' -- "$current")) ;;
        *) ${others.length > 0 ? `COMPREPLY=($(compgen -W '${others.join(' ')}' -- "$current"))` : FILES} ;;
      esac ;;`;
}

/** Names may have spaces in them. */
const FILES = 'compopt -o filenames 2>/dev/null; local IFS=$\'\\n\'; COMPREPLY=($(compgen -f -- "$current"))';

function valueCase({ names, value }: Flag): string {
  const found = Array.isArray(value)
    ? `COMPREPLY=($(compgen -W '${value.join(' ')}' -- "$current"))`
    : value === 'file'
      ? FILES
      : ':';
  return `        ${names.join('|')}) ${found}; return ;;`;
}
