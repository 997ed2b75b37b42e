// The arithmetic of many signatures: libs/crypto/assembly compiled to WebAssembly, as a TypeScript file that holds its bytes.
import { main } from 'assemblyscript/asc';
import { existsSync, readFileSync } from 'node:fs';

/** 64 KB each: 17 tables and what one batch needs. The machine gives only those that are written to. */
const PAGES = '136';
const OPTIONS = ['-O3', '--runtime', 'stub', '--noAssert', '--pedantic'];

/** The text of libs/crypto/src/generated/edwards.ts, without its banner. */
export const edwardsModule = async () => {
  let wasm;
  const { error, stderr } = await main(
    ['points.ts', ...OPTIONS, '--initialMemory', PAGES, '--maximumMemory', PAGES, '--outFile', 'points.wasm'],
    {
      readFile: (name) => {
        const file = new URL(`../libs/crypto/assembly/${name}`, import.meta.url);
        return existsSync(file) ? readFileSync(file, 'utf8') : null;
      },
      writeFile: (_name, contents) => {
        wasm = contents;
      },
      listFiles: () => [],
    },
  );
  if (error !== null || stderr.toString() !== '') throw new Error(`libs/crypto/assembly: ${stderr.toString()}`);
  const lines = Buffer.from(wasm)
    .toString('base64')
    .match(/.{1,112}/g);
  return `/** \`libs/crypto/assembly\` in WebAssembly, base64. */
export const EDWARDS_WASM = [
${lines.map((line) => `  '${line}',`).join('\n')}
].join('');
`;
};
