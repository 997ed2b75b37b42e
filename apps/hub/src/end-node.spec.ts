import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { endNode } from './end-node.js';

const exits: (string | number | null | undefined)[] = [];
const said: string[] = [];
beforeEach(() => {
  jest.useFakeTimers();
  exits.length = said.length = 0;
  jest.spyOn(process, 'exit').mockImplementation((code) => void exits.push(code) as never);
  jest.spyOn(process.stderr, 'write').mockImplementation((text) => said.push(String(text)) > 0);
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

it('a node that closes ends without a word', async () => {
  await endNode('32', () => Promise.resolve());
  jest.advanceTimersByTime(60_000);
  expect([exits, said]).toEqual([[undefined], []]);
});

it('a node that does not close, be it for a handler that hangs, ends after 20 s with a code of its own', () => {
  void endNode('32', () => new Promise(() => undefined));
  jest.advanceTimersByTime(19_999);
  expect(exits).toEqual([]);
  jest.advanceTimersByTime(1);
  expect([exits, said.map((line) => line.split(':')[0])]).toEqual([[1], ['SHUTDOWN_INCOMPLETE']]);
});

it('a node that fails to close says why, and is left to end no later than that', async () => {
  await expect(endNode('32', () => Promise.reject(new Error('disk')))).rejects.toThrow('disk');
  jest.advanceTimersByTime(20_000);
  expect(exits).toEqual([1]);
});
