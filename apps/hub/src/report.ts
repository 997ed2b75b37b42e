import Table from 'cli-table3';
import { isDeepStrictEqual } from 'node:util';
import type { Fleet } from './fleet.js';
import { ask } from './graphql-client.js';
import { NODES, type NodeId } from './nodes.js';
import { ORIGIN, PERSON, type Player, RECEIVING } from './scenario-g0.js';

/** What `demo --json` prints. Instants are UTC; `agency` is the division code of the answering county agency. */
export interface DemoReport {
  readonly ok: boolean;
  readonly transfer: { readonly id: string; readonly status: string };
  readonly answerable: readonly {
    readonly agency: string;
    readonly agencyId: string;
    readonly name: string;
    readonly from: string;
    readonly until: string | null;
  }[];
  readonly deadlines: readonly {
    readonly step: string;
    readonly due: string;
    readonly at: string | null;
    readonly met: boolean | null;
    readonly marginDays: number | null;
  }[];
  readonly ledgers: readonly {
    readonly node: NodeId;
    readonly size: number;
    readonly root: string;
    readonly verified: boolean;
    readonly fault?: string;
  }[];
  readonly refusals: readonly { readonly node: NodeId; readonly check: string; readonly detail: string }[];
}

export interface LedgerVerdict {
  readonly size: number;
  readonly root: string;
  readonly verified: boolean;
  readonly fault?: string;
}

interface Side {
  readonly person: {
    readonly answerability: readonly {
      readonly agency: { readonly id: string; readonly nameZh: string; readonly divisionCode: string | null };
      readonly from: string;
      readonly until: string | null;
    }[];
  } | null;
  readonly transfer: {
    readonly id: string;
    readonly status: string;
    readonly deadlines: DemoReport['deadlines'];
  } | null;
}

const SIDE = `query Side($person: ID!, $transfer: ID!) {
  person(id: $person) { answerability { agency { id nameZh divisionCode } from until } }
  transfer(id: $transfer) { id status deadlines { step due at met marginDays } }
}`;

const QUARANTINE = `query Quarantine { quarantine(first: 100) { edges { node { check detail } } } }`;

/** Asks both sides of the transfer and every ledger; `ok` only when they agree, the case is complete and everything verified. */
export const makeReport = async (
  fleet: Fleet,
  transferId: string,
  tokenFor: (player: Player | { readonly operatorOf: NodeId }) => Promise<string>,
  verify: (node: NodeId) => Promise<LedgerVerdict>,
): Promise<DemoReport> => {
  const side = async (player: Player): Promise<Side> =>
    ask<Side>(fleet.url(player.node), await tokenFor(player), SIDE, { person: PERSON, transfer: transferId });
  const [origin, receiving] = [await side(ORIGIN), await side(RECEIVING)];
  const ledgers = [];
  const refusals = [];
  for (const { id: node } of NODES) {
    ledgers.push({ node, ...(await verify(node)) });
    const { quarantine } = await ask<{ quarantine: { edges: { node: { check: string; detail: string } }[] } }>(
      fleet.url(node),
      await tokenFor({ operatorOf: node }),
      QUARANTINE,
      {},
    );
    refusals.push(...quarantine.edges.map((edge) => ({ node, check: edge.node.check, detail: edge.node.detail })));
  }
  const status = origin.transfer?.status ?? 'UNKNOWN';
  const agree = isDeepStrictEqual(origin, receiving);
  return {
    ok: agree && status === 'COMPLETED' && refusals.length === 0 && ledgers.every(({ verified }) => verified),
    transfer: { id: transferId, status },
    answerable: (origin.person?.answerability ?? []).map(({ agency, from, until }) => ({
      agency: agency.divisionCode ?? agency.id,
      agencyId: agency.id,
      name: agency.nameZh,
      from,
      until,
    })),
    deadlines: origin.transfer?.deadlines ?? [],
    ledgers,
    refusals,
  };
};

const local = (instant: string | null): string =>
  instant === null
    ? 'today'
    : new Date(Date.parse(instant) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');

/** A due instant is the end of its legal day: 24:00 Asia/Shanghai, which is how a person reads it. */
const dueDay = (instant: string): string =>
  `${local(new Date(Date.parse(instant) - 1).toISOString()).slice(0, 10)} 24:00`;

/** The end of the play for a person to read. Times are Asia/Shanghai. */
export const renderReport = (report: DemoReport): string => {
  const answerable = new Table({ head: ['Who answered', 'from', 'until'], style: { head: [], border: [] } });
  for (const row of report.answerable)
    answerable.push([`${row.name} (${row.agency})`, local(row.from), local(row.until)]);
  const deadlines = new Table({
    head: ['Deadline', 'due', 'done', 'met', 'days to spare'],
    style: { head: [], border: [] },
  });
  for (const row of report.deadlines)
    deadlines.push([
      row.step,
      dueDay(row.due),
      row.at === null ? 'open' : local(row.at),
      row.met === null ? '-' : row.met ? 'yes' : 'NO',
      String(row.marginDays ?? '-'),
    ]);
  const ledgers = new Table({ head: ['Ledger', 'events', 'root', 'verified'], style: { head: [], border: [] } });
  for (const row of report.ledgers)
    ledgers.push([row.node, String(row.size), row.root, row.verified ? 'yes' : `NO: ${row.fault ?? ''}`]);
  const refused = report.refusals.map(({ node, check, detail }) => `node ${node} refused a record: ${check} ${detail}`);
  return [
    '',
    `Transfer ${report.transfer.id}: ${report.transfer.status} (times in Asia/Shanghai)`,
    answerable.toString(),
    deadlines.toString(),
    ledgers.toString(),
    ...refused,
    report.ok ? 'Both sides agree and every ledger verifies.' : 'NOT OK: see above.',
  ].join('\n');
};
