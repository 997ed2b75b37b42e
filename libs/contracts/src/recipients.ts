import type { AgencyEntry } from './agency-entry.js';

/** What a recipient of copies 抄送对象 is. */
export type RecipientKind = 'procuratorate' | 'police' | 'court' | 'custody';

/** One that is sent copies: no agency of correction, and it signs nothing but that it has taken note. */
export interface Recipient extends AgencyEntry {
  readonly level: 'recipient';
  readonly kind: RecipientKind;
}

const OF_COUNTY = [
  ['procuratorate', 'proc', '人民检察院'],
  ['police', 'police', '公安局'],
  ['court', 'court', '人民法院'],
  ['custody', 'detention', '看守所'],
] as const;
const OF_CITY = [['court', 'court', '中级人民法院']] as const;
const OF_PROVINCE = [
  ['court', 'court', '高级人民法院'],
  ['custody', 'prison', '监狱管理局'],
] as const;

/**
 * The recipients beside the agencies of correction, in the same places: to `cca-320509` belong `proc-320509`,
 * `police-320509`, `court-320509` and `detention-320509`. Made up by rule: no directory of them could be had.
 */
export const recipientsBeside = (agencies: readonly AgencyEntry[]): readonly Recipient[] =>
  agencies.flatMap((agency) => {
    const place = agency.nameZh.replace(/社区矫正管理局$/, '');
    const suffix = agency.id.slice(agency.id.indexOf('-') + 1);
    return offices(agency).map(([kind, prefix, name]) => ({
      ...{ id: `${prefix}-${suffix}`, nameZh: `${place}${name}`, level: 'recipient' as const, kind },
      ...{ divisionCode: agency.divisionCode, node: agency.node, parentId: null, delegations: [] },
    }));
  });

const offices = ({ level }: AgencyEntry): readonly (readonly [RecipientKind, string, string])[] => {
  if (level === 'county') return OF_COUNTY;
  if (level === 'city') return OF_CITY;
  return level === 'province' ? OF_PROVINCE : [];
};
