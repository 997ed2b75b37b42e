/** A delegation 委托 (社区矫正法 9): the office may sign this type of event in these days (Asia/Shanghai, inclusive). */
export interface AgencyDelegation {
  readonly id: string;
  /** Event type without prefix and version. */
  readonly type: string;
  readonly validFrom: string;
  readonly validTo: string | null;
}

/** An agency 社区矫正机构 of the directory. Its id says nothing about its division: a development zone has an agency and no code. */
export interface AgencyEntry {
  readonly id: string;
  readonly nameZh: string;
  readonly level: 'province' | 'city' | 'county' | 'office' | 'recipient';
  readonly divisionCode: string | null;
  readonly node: string;
  readonly parentId: string | null;
  readonly delegations: readonly AgencyDelegation[];
}
