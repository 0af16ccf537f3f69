import { builtinModules } from 'node:module';
import { relative } from 'node:path';

/**
 * Puts modules that `tsc -b` wrote into as few files as they can be, for a folder.
 * @param folder the folder's path
 * @param entries paths of the modules that programs begin with
 * @returns the files, `{ fileName, isEntry, code }`, and the paths of all modules that went into them
 */
export async function bundledCode(folder, entries) {
  // Loading it takes longer than to find out that there is nothing to do.
  const [{ rolldown }, { Visitor }] = await Promise.all([import('rolldown'), import('rolldown/utils')]);
  const build = await rolldown({
    input: entries,
    platform: 'node',
    resolve: { conditionNames: ['node', 'import'] },
    plugins: [packagesOutside(folder), modulesKeepAddress(folder, Visitor)],
  });
  const { output } = await build.generate({
    dir: folder,
    keepNames: true,
    // What is loaded at the start is one file, but without the programs: those await all that they do, and
    // what they load in the course of that would wait for them in turn.
    codeSplitting: { groups: [{ name: 'program', tags: ['$initial'], test: (id) => !entries.includes(id) }] },
  });
  const modules = await build.watchFiles;
  await build.close();
  return { chunks: output, modules };
}

/** npm packages are found where the importing module finds them, which the bundle itself might not. */
function packagesOutside(folder) {
  return {
    name: 'packages-outside',
    resolveId: {
      filter: { id: /^[^./]/ },
      async handler(source, importer) {
        if (source.startsWith('node:') || builtinModules.includes(source))
          return { id: source, external: true };
        const found = await this.resolve(source, importer, { skipSelf: true });
        if (found === null) throw new Error(`${importer}: cannot find ${source}`);
        return found.id.includes('/node_modules/')
          ? { id: relative(folder, found.id), external: 'absolute' }
          : found;
      },
    },
  };
}

/** Modules find package.json, workers and native addons by their address: it stays what it was. */
function modulesKeepAddress(folder, Visitor) {
  return {
    name: 'modules-keep-address',
    transform: {
      filter: { code: 'import.meta' },
      handler(code, id) {
        const address = `new URL(${JSON.stringify(relative(folder, id))}, import.meta.url).href`;
        const places = [];
        let others = 0;
        new Visitor({
          MetaProperty({ meta }) {
            if (meta.name === 'import') others++;
          },
          MemberExpression(node) {
            if (node.object.type !== 'MetaProperty' || node.computed || node.property.name !== 'url') return;
            places.push(node);
            others--;
          },
        }).visit(this.parse(code));
        if (others !== 0) throw new Error(`${id}: of import.meta only url can be bundled`);
        return places.reduceRight(
          (text, { start, end }) => text.slice(0, start) + address + text.slice(end),
          code,
        );
      },
    },
  };
}
