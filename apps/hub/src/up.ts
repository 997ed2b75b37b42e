import { once } from 'node:events';
import { NODES } from './nodes.js';
import { assertOk, renderReport } from './report.js';
import { G0, readScenario } from './scenario/scenario-file.js';
import { openSession } from './session.js';

/** `delta-hub up`: the four nodes until they are told to stop (Ctrl-C, SIGTERM). */
export const up = async (options: {
  readonly data: string;
  readonly port: number;
  readonly play: boolean;
}): Promise<void> => {
  const say = (line: string): void => void process.stdout.write(`${line}\n`);
  const session = await openSession({ ...options, say });
  try {
    if (options.play) {
      const report = await session.play(readScenario(G0));
      say(renderReport(report));
      assertOk(report);
    }
    say(addresses((node) => session.fleet.url(node), options.data));
    await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM'), session.fleet.failed]);
    say('stopping');
  } finally {
    await session.close();
  }
};

const addresses = (url: (node: (typeof NODES)[number]['id']) => string, data: string): string => {
  const dir = /^[\w./-]+$/.test(data) ? data : `'${data.replaceAll("'", `'\\''`)}'`;
  const at = data === 'data' ? '' : ` --data ${dir}`;
  const query = `{ person(id: "T-320509-0001") { answerability { agency { nameZh } from until } transfers { status ledger { index proof { treeSize rootHash } } } } }`;
  return [
    '',
    'Serving:',
    ...NODES.map(({ id, nameZh }) => `  node ${id} ${nameZh}  ${url(id)}/graphql`),
    '',
    'A token for an officer of 吴江 at node 32:',
    `  TOKEN=$(npm run --silent hub -- token --node 32 --agency cca-320509${at})`,
    'Ask who answers for the person, with the proof:',
    `  curl -s ${url('32')}/graphql -H "authorization: Bearer $TOKEN" -H 'content-type: application/json' -d '${JSON.stringify({ query })}'`,
    'Verify every ledger from its stored bytes:',
    `  npm run --silent hub -- ledger verify ${dir}`,
    '',
    'Ctrl-C stops the hub; the data stay.',
  ].join('\n');
};
