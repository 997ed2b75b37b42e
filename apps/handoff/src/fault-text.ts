/** An error as an operator is shown it: first the code by which the manual is keyed, where it has one. */
export const faultText = (error: unknown): string => {
  const message = error instanceof Error ? error.message : String(error);
  const { code } = Object(error) as { readonly code?: unknown };
  return typeof code === 'string' ? `${code}: ${message}` : message;
};

/** The code with which such a text begins. */
export const codeInFault = (text: string): string | undefined => /^([A-Z][A-Z_]+): /.exec(text)?.[1];
