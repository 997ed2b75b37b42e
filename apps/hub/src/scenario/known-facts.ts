/** Puts facts in the order in which they were signed. Two of one instant are told apart by their ids, which grow with time. */
export const inOrderOfSigning = <F extends { readonly id: string; readonly signedAt: string }>(
  facts: readonly F[],
): readonly F[] => facts.toSorted((a, b) => (a.signedAt + a.id < b.signedAt + b.id ? -1 : 1));
