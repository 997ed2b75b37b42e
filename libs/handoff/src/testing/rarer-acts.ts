import type { AgencyRecord } from '../agency.js';
import { hubRules } from '../rule-book.js';
import type { TransferCommand } from '../transfer.commands.js';
import { agencies, approving, atWujiang, by, commands, paper, qingpu, suzhou, wujiang } from './cast.js';
import type { Attempt, Side, Times } from './side-acts.js';

const province = (node: string): AgencyRecord => ({
  ...{ id: `prov-${node}`, level: 'province', node, parentId: null, delegations: [] },
});
const [shanghai, jiangsu] = [province('31'), province('32')];

/** The agencies above both parties, that settle disputes. */
export const bodies = [suzhou, shanghai, jiangsu];

const directory = (id: string): AgencyRecord | undefined => [...agencies, ...bodies].find((each) => each.id === id);
const documents = [paper('proof')];
const merge = { fact: 'merge', jws: 'e30.e30.AAAA' };
const rules = hubRules;

/**
 * What not every transfer has: a person who serves outside prison, disputes, a person who does not come, officers who step
 * back, a sanction that both parties decide at once, and one of two ids.
 */
export const rarer = (times: Times): Attempt[] => {
  const desk = (agency: AgencyRecord) => ({ ...by(agency, '2025-03-10 09:00'), ...times });
  const at = (side: Side, ...made: readonly TransferCommand[]): Attempt[] => made.map((command) => ({ side, command }));
  const outsidePrison = { ...atWujiang, category: 'TemporaryServiceOutsidePrison' } as const;
  return [
    ...at('origin', { ...commands.apply(desk(wujiang)), person: outsidePrison }),
    ...at('origin', {
      ...commands.apply(desk(wujiang)),
      merge: { ...merge, author: '33', recipients: ['32'], isSealed: false },
    }),
    ...at('origin', {
      ...{ ...by(wujiang, '2025-03-10 09:00', 'system'), ...times },
      ...{ type: 'TellMerge', merge: { ...merge, fact: 'end' } },
    }),
    ...at('receiving', { ...desk(qingpu), type: 'RegisterCustodyFile', documents }),
    ...(['upper', 'province'] as const).flatMap((level) => [
      ...at('origin', { ...desk(wujiang), type: 'RaiseDispute', level, directory, rules, documents }),
      ...(['to-accept', 'refusal-upheld'] as const).flatMap((outcome) => [
        ...at('origin', {
          ...desk(level === 'upper' ? suzhou : jiangsu),
          type: 'ResolveDispute',
          level,
          outcome,
          documents,
        }),
        ...at('receiving', { ...desk(shanghai), type: 'ResolveDispute', level, outcome, documents }),
      ]),
    ]),
    ...at('origin', { ...desk(wujiang), type: 'StartSearch', documents }),
    ...at('origin', { ...desk(wujiang), type: 'NotifyPolice', documents }),
    ...(['found', 'not-found'] as const).flatMap((outcome) =>
      at('origin', { ...desk(wujiang), type: 'CloseSearch', outcome, documents }),
    ),
    ...(['admonition', 'warning', 'revocation-proposal'] as const).flatMap((measure) => [
      ...at('origin', { ...desk(wujiang), type: 'ProposeSanction', measure, documents, rules }),
      ...at('origin', { ...approving(desk(wujiang)), type: 'DecideSanction', measure, documents, rules }),
      ...at('receiving', { ...approving(desk(qingpu)), type: 'DecideSanction', measure, documents, rules }),
    ]),
    ...(
      [
        ['origin', wujiang],
        ['origin', suzhou],
        ['receiving', qingpu],
      ] as const
    ).flatMap(([side, agency]) =>
      at(
        side,
        commands.recuse({ ...desk(agency), actor: { ...desk(agency).actor, officerId: `relative-at-${agency.id}` } }),
      ),
    ),
  ];
};
