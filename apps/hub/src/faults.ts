/** Why the hub could not do what was asked; `code` is stable and public, the exit code is documented in the README. */
export type HubFaultCode =
  | 'ACCESS_DIFFERS'
  | 'USAGE'
  | 'CONFIG_INVALID'
  | 'DATA_DIR_IN_USE'
  | 'DATA_DIR_INVALID'
  | 'DATA_DIR_OF_ANOTHER_NODE'
  | 'DEV_ISSUER_IN_PRODUCTION'
  | 'KEY_MISSING'
  | 'KEY_MISMATCH'
  | 'NODE_FAILED'
  | 'PORT_IN_USE'
  | 'RULES_INVALID'
  | 'SCENARIO_FAILED'
  | 'SCENARIO_INVALID'
  | 'SCRATCH_IN_PRODUCTION'
  | 'STEP_REFUSED'
  | 'TIMED_OUT'
  | 'TOPICS_DIFFER'
  | 'UNREACHABLE'
  | 'VERIFICATION_FAILED';

export class HubFault extends Error {
  constructor(
    readonly code: HubFaultCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'HubFault';
  }
}

/** The stable code of an error; those of no code are `FAILED`. */
export const codeOf = (error: unknown): string => {
  const { code } = error as { code?: unknown };
  if (code === 'ERR_SQLITE_ERROR') return 'STORAGE_FAILED';
  return typeof code === 'string' ? code : 'FAILED';
};

/** 0 done · 1 failed · 2 wrong arguments, configuration or scenario file · 3 verification, an act or an expectation failed. */
export const exitCodeOf = (code: string): number => {
  if (['VERIFICATION_FAILED', 'SCENARIO_FAILED', 'STEP_REFUSED', 'TOPICS_DIFFER', 'ACCESS_DIFFERS'].includes(code))
    return 3;
  return [
    'USAGE',
    'SCENARIO_INVALID',
    'RULES_INVALID',
    'CONFIG_INVALID',
    'TRUST_LIST_INVALID',
    'DEV_ISSUER_IN_PRODUCTION',
    'SCRATCH_IN_PRODUCTION',
  ].includes(code)
    ? 2
    : 1;
};
