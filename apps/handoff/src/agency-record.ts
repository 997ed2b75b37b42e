import { type AgencyEntry, agencyById } from '@delta-hub/contracts';
import { type AgencyRecord, dayOf, type Instant } from '@delta-hub/handoff';

/** What the core needs to know of an agency: the directory's entry with the delegations in force on the day of `at`. */
export const agencyRecord = (agency: AgencyEntry, at: Instant): AgencyRecord => {
  const day = dayOf(at);
  const delegations = agency.delegations.filter(
    ({ validFrom, validTo }) => validFrom <= day && (validTo === null || day <= validTo),
  );
  return { id: agency.id, level: agency.level, node: agency.node, parentId: agency.parentId, delegations };
};

/** The same by id; undefined when the directory has no such agency. */
export const agencyRecordById = (id: string, at: Instant): AgencyRecord | undefined => {
  const agency = agencyById(id);
  return agency === undefined ? undefined : agencyRecord(agency, at);
};
