export { fromBase64, toBase64 } from './encodings.js';
export {
  appendLeaf,
  emptyRange,
  extendRange,
  rootOfLeaves,
  rootOfRange,
  sameBytes,
  treeHasher,
} from './merkle-tree.js';
export type { CompactRange, Hash, TreeHasher } from './merkle-tree.js';
export { consistencyPath, inclusionPath, rangeAt, rootAt, verifyConsistency, verifyInclusion } from './proofs.js';
export type { Consistency, Inclusion, NodeReader } from './proofs.js';
export {
  ED25519,
  formatNote,
  formatVerifierKey,
  keyIdOf,
  openNote,
  parseNote,
  parseVerifierKey,
  signNote,
} from './signed-note.js';
export type { Note, NoteKey, NoteSignature, NoteSigner, NoteVerifier, OpenedNote } from './signed-note.js';
export {
  decodeEntryBundle,
  encodeEntryBundle,
  growTiles,
  hashesOf,
  MAX_ENTRY_BYTES,
  nodesFromTiles,
} from './tile-contents.js';
export type { Tile, TileReader } from './tile-contents.js';
export {
  entriesPath,
  parseTilePath,
  TILE_HEIGHT,
  TILE_WIDTH,
  tilePath,
  tileSlots,
  tilesOf,
  tileWidth,
} from './tiles.js';
export type { TileCoordinates, TileResource, TileSlot } from './tiles.js';
export { formatTreeHead, parseTreeHead } from './tree-head.js';
export type { TreeHead } from './tree-head.js';
export {
  addSignatures,
  COSIGNATURE_V1,
  cosign,
  cosignatureMessage,
  cosignatureVerifier,
  readCosignature,
} from './cosignature.js';
export type { Cosignature } from './cosignature.js';
export { formatForkProof, parseForkProof, verifyForkProof } from './fork-proof.js';
export type { ForkProof } from './fork-proof.js';
export { formatPolicy, isSatisfied, parsePolicy } from './policy.js';
export type { ParsedPolicy, Policy, PolicyGroup, PolicyLog, PolicyWitness } from './policy.js';
export { parseAddCheckpoint, witnessDecision } from './witness-rule.js';
export type { AddCheckpoint, WitnessDecision } from './witness-rule.js';
