import Table from 'cli-table3';
import { isDeepStrictEqual } from 'node:util';
import type { Level } from '@delta-hub/ledger-app';
import type { Fleet } from './fleet.js';
import { HubFault } from './faults.js';
import { ask } from './graphql-client.js';
import { NODES, type NodeId } from './nodes.js';
import { describeDifference } from './scenario/expectations.js';
import { type Actor, nodeOf, type Scenario } from './scenario/scenario-file.js';
import type { Difference, Progress } from './scenario/stage.js';

/** What `demo --json` prints. Instants are UTC; `agency` is the division code of the answering county agency. */
export interface DemoReport {
  readonly ok: boolean;
  /** What was played; `failures` are the expectations that were not met, and last the act that `stopped` the play. */
  readonly scenario: {
    readonly id: string;
    readonly steps: number;
    readonly failures: readonly Difference[];
    readonly stopped?: true;
  };
  /** The transfer that was opened last; null when there is none. */
  readonly transfer: { readonly id: string; readonly status: string } | null;
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
  /** 抄送, with when each recipient took note. */
  readonly copies: readonly {
    readonly office: string;
    /** Its id; the name of one that was served outside the hub. */
    readonly recipient: string;
    readonly sentAt: string;
    readonly acknowledgedAt: string | null;
  }[];
  readonly ledgers: readonly {
    readonly node: NodeId;
    readonly size: number;
    readonly root: string;
    readonly verified: boolean;
    readonly fault?: string;
    /** How far the other nodes believe the newest head; null for a log of nothing. */
    readonly level: Level | null;
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
  };
  readonly origin: { readonly id: string };
  readonly receiving: { readonly id: string };
  readonly status: string;
  readonly deadlines: readonly (DemoReport['deadlines'][number] & { readonly about: string | null })[];
  readonly copies: readonly (Omit<DemoReport['copies'][number], 'recipient'> & {
    readonly recipient: { readonly id: string } | null;
    readonly servedOutside: { readonly authority: string } | null;
  })[];
}

const SIDE = `query Side($transfer: ID!) {
  transfer(id: $transfer) {
    person { answerability { agency { id nameZh divisionCode } from until } }
    origin { id } receiving { id } status deadlines { step about due at met marginDays }
    copies { office recipient { id } servedOutside { authority } sentAt acknowledgedAt }
  }
}`;

const QUARANTINE = `query Quarantine { quarantine(first: 100) { edges { node { check detail } } } }`;

interface Sources {
  readonly fleet: Fleet;
  readonly tokenFor: (actor: Actor) => Promise<string>;
  readonly verify: (node: NodeId) => Promise<LedgerVerdict>;
}

/**
 * Asks both sides of the last transfer of a scenario and every ledger; `ok` only when every expectation was met, both
 * sides agree and everything verified.
 */
export const makeReport = async (
  scenario: Scenario,
  { transfers, failures: unmet, stopped, done }: Progress,
  { fleet, tokenFor, verify }: Sources,
): Promise<DemoReport> => {
  const ledgers = [];
  for (const { id } of NODES) {
    const verdict = await verify(id);
    ledgers.push({ node: id, ...verdict, level: await levelOf(fleet.url(id), await tokenFor(operatorOf(id))) });
  }
  const refusals = [];
  for (const { id: node } of NODES) {
    const { quarantine } = await ask<{ quarantine: { edges: { node: { check: string; detail: string } }[] } }>(
      fleet.url(node),
      await tokenFor(operatorOf(node)),
      QUARANTINE,
      {},
    );
    refusals.push(...quarantine.edges.map((edge) => ({ node, check: edge.node.check, detail: edge.node.detail })));
  }
  const failures = stopped === undefined ? unmet : [...unmet, stopped];
  const id = Object.values(transfers).at(-1);
  const sides = id === undefined ? [] : await sidesOf(id, scenario, { fleet, tokenFor });
  const [first] = sides;
  const agree = sides.every((side) => isDeepStrictEqual(common(side), common(first)));
  return {
    ok: failures.length === 0 && agree && ledgers.every(({ verified }) => verified),
    scenario: { id: scenario.scenario, steps: done, failures, ...(stopped !== undefined && { stopped: true }) },
    transfer: id === undefined ? null : { id, status: first?.status ?? 'UNKNOWN' },
    answerable: (first?.person.answerability ?? []).map(({ agency, from, until }) => ({
      agency: agency.divisionCode ?? agency.id,
      agencyId: agency.id,
      name: agency.nameZh,
      from,
      until,
    })),
    // The limits of copies and corrections, which run for each of them, show in `copies`.
    deadlines: (first?.deadlines ?? []).flatMap(({ about, ...deadline }) => (about === null ? [deadline] : [])),
    copies: (first?.copies ?? []).map(({ recipient, servedOutside, ...copy }) => ({
      ...copy,
      recipient: recipient?.id ?? servedOutside?.authority ?? '',
    })),
    ledgers,
    refusals,
  };
};

const SEALED_WITHIN_MS = 30_000;

/** The level of a node's newest head, once it can go no higher or has had its time; null for a log of nothing. */
const levelOf = async (url: string, token: string): Promise<Level | null> => {
  const until = Date.now() + SEALED_WITHIN_MS;
  for (;;) {
    const { treeHead } = await ask<{ treeHead: { level: Level } | null }>(url, token, '{ treeHead { level } }', {});
    if (treeHead === null || treeHead.level === 'SEALED' || Date.now() > until) return treeHead?.level ?? null;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
};

/** What both sides of a transfer must agree on: a node need not know who answered before the person came to it. */
const common = (side: Side | undefined): unknown =>
  side === undefined ? undefined : { ...side, person: side.person.answerability.at(-1) };

const operatorOf = (node: NodeId): Actor => ({ agency: `prov-${node}0000`, role: 'operator' });

/** What each actor of the scenario who may see the transfer sees of it: both sides, when both act in it. */
const sidesOf = async (
  transfer: string,
  { actors }: Scenario,
  { fleet, tokenFor }: Pick<Sources, 'fleet' | 'tokenFor'>,
): Promise<readonly Side[]> => {
  const sides: Side[] = [];
  for (const actor of Object.values(actors).filter(({ role }) => role === 'officer')) {
    const seen = await ask<{ transfer: Side | null }>(fleet.url(nodeOf(actor)), await tokenFor(actor), SIDE, {
      transfer,
    });
    if (seen.transfer !== null) sides.push(seen.transfer);
  }
  return sides;
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
  const ledgers = new Table({
    head: ['Ledger', 'events', 'root', 'verified', 'level'],
    style: { head: [], border: [] },
  });
  for (const row of report.ledgers)
    ledgers.push([
      row.node,
      String(row.size),
      row.root,
      row.verified ? 'yes' : `NO: ${row.fault ?? ''}`,
      row.level ?? '-',
    ]);
  const refused = report.refusals.map(({ node, check, detail }) => `node ${node} refused a record: ${check} ${detail}`);
  return [
    '',
    report.transfer === null
      ? 'No transfer.'
      : `Transfer ${report.transfer.id}: ${report.transfer.status} (times in Asia/Shanghai)`,
    answerable.toString(),
    deadlines.toString(),
    ledgers.toString(),
    ...refused,
    ...report.scenario.failures.map((failure) => `not as expected: ${describeDifference(failure)}`),
    report.ok ? 'Both sides agree and every ledger verifies.' : 'NOT OK: see above.',
  ].join('\n');
};

/**
 * Why a play is not ok: `STEP_REFUSED` when an act stopped it, `SCENARIO_FAILED` when an expectation was not met,
 * `VERIFICATION_FAILED` when the sides or a ledger are not as they must be.
 */
export const faultOf = ({ ok, scenario: { failures, stopped } }: DemoReport): HubFault | undefined => {
  if (failures.length > 0)
    return new HubFault(
      stopped === undefined ? 'SCENARIO_FAILED' : 'STEP_REFUSED',
      failures.map(describeDifference).join('\n       '),
    );
  return ok ? undefined : new HubFault('VERIFICATION_FAILED', 'the play did not end as it must; see the report');
};

/** @throws HubFault as {@link faultOf} has it */
export const assertOk = (report: DemoReport): void => {
  const fault = faultOf(report);
  if (fault !== undefined) throw fault;
};
