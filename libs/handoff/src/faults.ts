/** What can be wrong with what the core is given; refusals of the law are values, see `TransferRejection`. */
export type HandoffFaultCode =
  | 'INSTANT_INVALID'
  | 'PLAIN_DATE_INVALID'
  | 'EVENT_TYPE_UNKNOWN'
  | 'EVENT_DATA_INVALID'
  | 'CASE_WITHOUT_APPLICATION'
  | 'RULE_BOOK_INVALID';

/** A fault: the caller or a store handed over something no rule can judge. Compare `code`, not the class. */
export class HandoffFault extends Error {
  override readonly name = 'HandoffFault';

  constructor(
    readonly code: HandoffFaultCode,
    detail: string,
  ) {
    super(`${code}: ${detail}`);
  }
}
