// Builds the editors into api/static/built: one entry for each src/<editor>/index.js, the code
// they share in chunks beside it, and the licences of all that is in them.
import { existsSync, mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as esbuild from 'esbuild';

const here = dirname(fileURLToPath(import.meta.url));
const sources = join(here, 'src');
const built = join(here, '..', 'api', 'static', 'built');

const entries = Object.fromEntries(
  readdirSync(sources)
    .filter((name) => existsSync(join(sources, name, 'index.js')))
    .map((name) => [name, join(sources, name, 'index.js')]),
);

const result = await esbuild.build({
  entryPoints: entries,
  outdir: built,
  absWorkingDir: here,
  entryNames: '[name]',
  chunkNames: 'chunk-[hash]',
  assetNames: 'chunk-[name]-[hash]',
  bundle: true,
  minify: !process.env.PLAIN,
  splitting: true,
  format: 'esm',
  target: ['es2022'],
  legalComments: 'linked',
  metafile: true,
  logLevel: 'warning',
  // Nothing is written before all of it stands: a build that fails leaves the last one alone.
  write: false,
  jsx: 'automatic',
  jsxImportSource: '@bpmn-io/properties-panel/preact',
  loader: { '.woff': 'empty', '.woff2': 'file', '.eot': 'empty', '.ttf': 'empty', '.svg': 'empty' },
});

rmSync(built, { recursive: true, force: true });
mkdirSync(built, { recursive: true });
for (const file of result.outputFiles) writeFileSync(file.path, file.contents);
writeFileSync(join(built, 'licences.txt'), licences(Object.keys(result.metafile.inputs)));
const sizes = Object.fromEntries(result.outputFiles.map((file) => [file.path.split('/').pop(), file.contents.length]));
// Written last: it says that the build is whole.
writeFileSync(join(built, 'built.json'), JSON.stringify({ entries: Object.keys(entries).sort(), sizes }, null, 1));
console.log(`built ${Object.keys(entries).sort().join(', ')}`);

/** The licence texts of the packages that these files come from. */
function licences(inputs) {
  const folders = new Map();
  for (const input of inputs) {
    const match = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(input);
    if (match) folders.set(match[2], join(here, match[1]));
  }
  return [...folders].sort().map(([name, folder]) => {
    const { version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    const file = readdirSync(folder).find((one) => /^licen[cs]e/i.test(one));
    return `${name} ${version} (${license})\n\n${file ? readFileSync(join(folder, file), 'utf8').trim() : ''}\n`;
  }).join(`\n${'-'.repeat(72)}\n\n`);
}
