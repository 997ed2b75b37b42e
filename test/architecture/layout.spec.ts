import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { filesBelow, root, sourceFiles } from './source-files.js';

const folders = ['libs', 'apps', 'test', 'tools', 'docs', '.ci'];
const everything = filesBelow(folders);
const textOf = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');
const isVector = (path: string): boolean => path.startsWith('test/vectors/');
const isGenerated = (path: string): boolean =>
  path.includes('/generated/') || path === 'apps/ledger/verifier/verify.mjs';
const written = everything.filter((path) => !isVector(path) && !isGenerated(path));
const code = written.filter((path) => /\.(ts|mjs|js|go|py|sh)$/.test(path));

const linesWith = (paths: readonly string[], pattern: RegExp): string[] =>
  paths.flatMap((path) =>
    textOf(path)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${path}:${index + 1} ${line.trim()}`] : [])),
  );

describe('folders and files', () => {
  it('are named for what they hold', () => {
    const vague = everything.filter((path) =>
      /(^|\/)(utils?|common|shared|core|helpers?|misc)(\/|\.[a-z]+$)/.test(path),
    );
    expect(vague).toEqual([]);
  });

  it('have at most 400 lines', () => {
    const long = code
      .map((path) => [path, textOf(path).trimEnd().split('\n').length] as const)
      .filter(([, lines]) => lines > 400);
    expect(long).toEqual([]);
  });

  it('are small as a rule: half of them at most 80 lines, nine of ten at most 200', () => {
    const lengths = sourceFiles(['libs', 'apps'])
      .filter((path) => !isGenerated(path))
      .map((path) => textOf(path).trimEnd().split('\n').length)
      .toSorted((a, b) => a - b);
    const at = (share: number): number => lengths[Math.floor((lengths.length - 1) * share)] ?? 0;
    expect(at(0.5)).toBeLessThanOrEqual(80);
    expect(at(0.9)).toBeLessThanOrEqual(200);
  });
});

describe('what is written', () => {
  it('names no folder of one machine and no registry', () => {
    const pattern = new RegExp(
      ['/ho' + 'me/[a-z]', '/Us' + 'ers/', '/ro' + 'ot/', '/wo' + 'rk/', String.raw`[A-Z]:\\Us` + 'ers'].join('|'),
    );
    const registry = new RegExp(
      ['registry\\.npm' + 'js', 'pypi\\.or' + 'g', 'proxy\\.golan' + 'g', 'npm' + 'mirror'].join('|'),
    );
    const rooted = ['README.md', 'package.json', 'package-lock.json', '.npmrc', 'nx.json', 'tsconfig.base.json'];
    const texts = [...written, ...rooted.filter((path) => filesBelow(['.']).includes(path))];
    expect(linesWith(texts, pattern)).toEqual([]);
    expect(linesWith(texts, registry)).toEqual([]);
  });

  it('gives a reason wherever it turns a check off', () => {
    const off = new RegExp(
      ['eslint-' + 'disable', '@ts-' + 'expect-error', '@ts-' + 'ignore', '@ts-' + 'nocheck'].join('|'),
    );
    const reasoned = / -- \S|expect-error:? \S/;
    const lines = linesWith(code, off).filter((line) => !reasoned.test(line) && !line.includes('new RegExp'));
    expect(lines).toEqual([]);
  });
});

describe('package-lock.json', () => {
  it('is complete and names no registry host', () => {
    const check = (): string =>
      execFileSync(process.execPath, [`${root}/tools/complete-lock.mjs`, '--check'], { encoding: 'utf8' });
    expect(check).not.toThrow();
  });
});
