/** The two sides of a transfer: 原执行地 and 新执行地. */
export type Party = 'origin' | 'receiving';

/** The steps of a transfer that have a limit 时限. */
export type DeadlineStep =
  | 'OPINION'
  | 'CONSULTATION'
  | 'REPLY'
  | 'DECISION'
  | 'REFUSAL_TOLD'
  | 'FILE_SENT'
  | 'RECEIPT'
  | 'REPORT'
  /** A copy that the party sends, and the note its recipient takes of it. */
  | 'ORIGIN_COPY'
  | 'RECEIVING_COPY'
  | 'ORIGIN_COPY_NOTED'
  | 'RECEIVING_COPY_NOTED'
  /** The note that the party takes of a correction by the other one. */
  | 'ORIGIN_CORRECTION_NOTED'
  | 'RECEIVING_CORRECTION_NOTED'
  /** The custodial file of a person who serves outside prison. */
  | 'CUSTODY_FILE'
  /** The person has not reported. */
  | 'SEARCH'
  | 'POLICE_NOTICE'
  | 'SANCTION_PROPOSAL'
  | 'SANCTION_DECISION';

/** What follows from an absence 处罚: 训诫, 警告, 提请撤销缓刑或假释, 提请收监执行, 提请治安管理处罚. */
export type Sanction = 'admonition' | 'warning' | 'revocation-proposal' | 'imprisonment-proposal' | 'penalty-proposal';

/**
 * An office by what it is to a transfer; the directory says who that is. `upper` is the agency directly above 上一级: a
 * prefecture city, or, for a district of 上海, the municipality, which is the province itself.
 */
export type OfficeRole =
  | 'origin'
  | 'receiving'
  | 'origin-upper'
  | 'receiving-upper'
  | 'origin-province'
  | 'receiving-province'
  | 'deciding-authority'
  | 'origin-procuratorate'
  | 'origin-police'
  | 'receiving-procuratorate'
  | 'receiving-police'
  | 'custody-place';

/** Why a sealed record is read 查询理由. */
export type ReadingGround = 'correction-work' | 'supervision' | 'judicial-proceeding';

/** What a reader is: an officer of correction, an inspector, or one of the recipients of copies. */
export type Reader = 'correction' | 'inspector' | 'procuratorate' | 'court' | 'police' | 'custody';

/** `MINOR_SEALED`: the sealed record 封存 of one who was a minor 未成年人 at the offence. Set once, lifted by nobody. */
export type Confidentiality = 'MINOR_SEALED';

/** What facts say of the seal, and of others' seals: adults' files say that they mention one 含犯罪记录封存信息. */
export interface Seal {
  readonly confidentiality?: Confidentiality;
  readonly mentionsSealed?: true;
}
