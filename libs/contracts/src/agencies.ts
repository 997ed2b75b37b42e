import type { AgencyEntry } from './agency-entry.js';
import { type Division, divisionByCode, DIVISIONS, nodeOf } from './divisions.js';
import { type Recipient, recipientsBeside } from './recipients.js';
import offices from './offices.json' with { type: 'json' };

const PREFIX = { province: 'prov', city: 'city', county: 'cca' } as const;

const byCode = new Map(DIVISIONS.map((division) => [division.code, division]));

const divisionOf = (code: string): Division => {
  const division = byCode.get(code);
  if (division === undefined) throw new Error(`the directory names division ${code}, which the list does not have`);
  return division;
};

const idOf = ({ code, level }: Division): string => `${PREFIX[level]}-${code}`;

const ofDivisions: readonly AgencyEntry[] = DIVISIONS.map((division) => ({
  id: idOf(division),
  nameZh: `${division.nameZh}社区矫正管理局`,
  level: division.level,
  divisionCode: division.code,
  node: nodeOf(division),
  parentId: division.parentCode === null ? null : idOf(divisionOf(division.parentCode)),
  delegations: [],
}));

const ofOffices: readonly AgencyEntry[] = offices.map(({ id, nameZh, county, delegations }) => ({
  id,
  nameZh,
  level: 'office',
  divisionCode: null,
  node: nodeOf(divisionOf(county)),
  parentId: idOf(divisionOf(county)),
  delegations,
}));

/** 苏州工业园区: an agency of county level without a division code. */
const zone: AgencyEntry = {
  id: 'cca-zone-suzhou-sip',
  nameZh: '苏州工业园区社区矫正管理局',
  level: 'county',
  divisionCode: null,
  node: '32',
  parentId: 'city-320500',
  delegations: [],
};

/** Every agency of the four provinces that may sign. */
export const AGENCIES: readonly AgencyEntry[] = [...ofDivisions, ...ofOffices, zone];

/** Every recipient of copies 抄送对象. */
export const RECIPIENTS: readonly Recipient[] = recipientsBeside(AGENCIES);

const byId = new Map([...AGENCIES, ...RECIPIENTS].map((agency) => [agency.id, agency]));
const recipients = new Map(RECIPIENTS.map((recipient) => [recipient.id, recipient]));

export const recipientById = (id: string): Recipient | undefined => recipients.get(id);

/** An agency or a recipient. */
export const agencyById = (id: string): AgencyEntry | undefined => byId.get(id);

/**
 * The agency that answers for a division of county level; undefined for another level, and for a code not in use on
 * `day` (`YYYY-MM-DD`, Asia/Shanghai). Without a day it is found whenever its code was in use: for showing old facts.
 */
export const agencyOfDivision = (code: string, day?: string): AgencyEntry | undefined =>
  day === undefined || divisionByCode(code, day) !== undefined ? byId.get(`cca-${code}`) : undefined;

/** The agency directly above; undefined for a province. */
export const parentOf = ({ parentId }: AgencyEntry): AgencyEntry | undefined =>
  parentId === null ? undefined : byId.get(parentId);

/** The agency on whose behalf its officers read: a judicial office reads its county agency's cases, others their own. */
export const readingAgency = (id: string): string => {
  const agency = byId.get(id);
  return agency?.level === 'office' ? (agency.parentId ?? id) : id;
};

/** Whether `id` is the agency itself or stands above it: county, city or municipality, province. */
export const isAtOrAbove = (id: string, below: string): boolean => {
  for (let agency = byId.get(below); agency !== undefined; agency = parentOf(agency)) if (agency.id === id) return true;
  return false;
};
