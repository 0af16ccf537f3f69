import { clearCapabilities, isBuilt } from '@antinex/libpcap';
import { type DroppedPrivileges, dropPrivileges } from '@antinex/runtime';

/**
 * Gives up root once the devices are open: becomes `user`, else the one who called sudo, else nobody,
 * without any capability. Answers what a person should know about it.
 *
 * @throws PipelineError as dropPrivileges() says.
 */
export function giveUpRoot(user: string | undefined): readonly string[] {
  return told(dropPrivileges({ user, clearCapabilities: clearer() }));
}

/**
 * The same for a program whose files belong to whoever starts it: root that did not come by sudo keeps its
 * name, so that it may write where root may, and loses all capabilities.
 */
export function giveUpRootButFiles(user: string | undefined): readonly string[] {
  const isPlainRoot = process.getuid?.() === 0 && user === undefined && process.env.SUDO_UID === undefined;
  if (!isPlainRoot) return giveUpRoot(user);
  const clear = clearer();
  if (clear === undefined) return ['goes on as root: only the libpcap addon can clear capabilities'];
  clear();
  return [];
}

const clearer = (): (() => void) | undefined => (isBuilt() ? () => void clearCapabilities() : undefined);

function told({ from, user, capabilities }: DroppedPrivileges): string[] {
  return [
    ...(from === 'unchanged' ? [] : [`gave up root: running as ${user}`]),
    ...(capabilities === 'kept' ? ['keeps its capabilities: only the libpcap addon can clear them'] : []),
  ];
}
