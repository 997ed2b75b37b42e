import { readFileSync } from 'node:fs';
import { expect, it } from '@jest/globals';
import { filesBelow, root } from './source-files.js';

const textOf = (path: string): string => readFileSync(`${root}/${path}`, 'utf8');

const glossary = textOf('docs/glossary.md');

/** Every word the glossary explains: the terms in the first column of its tables, and what stands in backquotes. */
const explained = new Set([
  ...[...glossary.matchAll(/^\| ([^|\n]+) \|/gm)].flatMap(([, terms]) =>
    terms!
      .replaceAll('`', '')
      .split(', ')
      .map((term) => term.trim()),
  ),
  ...[...glossary.matchAll(/`([^`\n]+)`/g)].map(([, term]) => term!),
]);

const contracts = filesBelow(['libs/contracts']);
const unique = (words: Iterable<string>): string[] => [...new Set(words)].toSorted();

/** `transfer.consultation-sent` of `cn.delta-hub.transfer.consultation-sent.v1` or of its schema's address. */
const wireEvents = unique(
  contracts
    .filter((path) => /\.(json|ts)$/.test(path))
    .flatMap((path) => [
      ...textOf(path).matchAll(/(?:cn\.delta-hub\.|delta-hub\.cn\/schemas\/)([a-z-]+\.[a-z-]+)\.v\d+/g),
    ])
    .map(([, name]) => name!),
);

/** Names that say nothing of the domain: GraphQL's own and Relay's. */
const technical = /^(Query|Mutation|PageInfo|DateTime|Date|\w+(Input|Result|Connection|Edge))$/;

const graphqlTypes = unique(
  contracts
    .filter(
      (path) => path.startsWith('libs/contracts/graphql/') && path.endsWith('.graphql') && !path.includes('supergraph'),
    )
    .flatMap((path) => [...textOf(path).matchAll(/^(?:type|enum|union|interface|scalar|input) (\w+)/gm)])
    .map(([, name]) => name!)
    .filter((name) => !technical.test(name)),
);

const pascal = (wire: string): string =>
  wire
    .split(/[.-]/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');

it('docs/glossary.md explains every event that crosses the border', () => {
  expect(wireEvents.length).toBeGreaterThan(10);
  expect(wireEvents.filter((name) => !explained.has(name) && !explained.has(pascal(name)))).toEqual([]);
});

it('docs/glossary.md explains every type of the GraphQL interface', () => {
  expect(graphqlTypes.length).toBeGreaterThan(10);
  expect(graphqlTypes.filter((name) => !explained.has(name))).toEqual([]);
});

it('docs/glossary.md explains no term twice, and every one in a table', () => {
  const lines = glossary.split('\n');
  const rows = lines.filter((line) => line.startsWith('| ') && !/^\| (Word|Term|Name) \|/.test(line));
  const terms = rows.map((row) => row.split(' | ', 1)[0]!);
  expect(terms.filter((term, index) => terms.indexOf(term) !== index)).toEqual([]);
  const isBegun = (index: number): boolean => /^\|/.test(lines[index - 1] ?? '');
  expect(rows.filter((row) => !isBegun(lines.indexOf(row)))).toEqual([]);
});
