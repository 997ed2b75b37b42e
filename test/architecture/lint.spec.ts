import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ESLint } from 'eslint';
import { importTable } from './import-table.js';
import { sourceFiles } from './source-files.js';

const fixtures = new URL('./fixtures', import.meta.url).pathname;
const files = sourceFiles(['libs', 'apps'], fixtures);

/** The findings a fixture announces: `// expect: rule, rule` at the end of the line, or `// expect-next:` above it. */
const expectedOf = (file: string): string[] =>
  readFileSync(`${fixtures}/${file}`, 'utf8')
    .split('\n')
    .flatMap((line, index) => {
      const [, next, rules] = /\/\/ expect(-next)?: (.+)$/.exec(line) ?? [];
      return (rules?.split(', ') ?? []).map((rule) => `${index + (next === undefined ? 1 : 2)} ${rule}`);
    });

describe('the lint rules find what they are for', () => {
  const found = new Map<string, string[]>();

  beforeAll(async () => {
    const results = await new ESLint({ cwd: fixtures }).lintFiles(files);
    for (const { filePath, messages } of results)
      found.set(
        relative(fixtures, filePath),
        messages.map(({ line, ruleId, message }) => `${line} ${ruleId ?? message}`),
      );
  });

  it.each(files)('%s: exactly the announced findings', (file) => {
    expect(found.get(file)?.toSorted()).toEqual(expectedOf(file).toSorted());
  });

  it('has a bad file for every project of the table', () => {
    const bad = new Set(files.filter((file) => expectedOf(file).length > 0).map((file) => file.split('/src/')[0]));
    expect([...bad].toSorted()).toEqual(Object.keys(importTable).toSorted());
  });
});
