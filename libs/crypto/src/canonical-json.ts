import { CryptoError } from './errors.js';

export type JsonValue =
  null | boolean | number | string | readonly JsonValue[] | { readonly [name: string]: JsonValue };

/** Deeper than any document of the hub; keeps a hostile one from exhausting the stack. */
const MAX_DEPTH = 64;

/**
 * The canonical text of a JSON value, RFC 8785: members sorted by the UTF-16 code units of their names, no white space,
 * strings and numbers as ECMAScript writes them.
 *
 * Stricter than the RFC in one point: an integer that is written out in digits must be exact. Beyond 2^53 - 1 it was
 * rounded before it came here, and other languages would read another number than the one that was meant.
 *
 * @throws CryptoError `NOT_CANONICALISABLE` for NaN, infinities, such integers, lone surrogates, anything that is not
 *   plain JSON (`undefined`, dates, maps, holes), and more than 64 levels
 */
export const canonicalJson = (value: JsonValue): string => write(value, 0);

/**
 * Whether a text is exactly the canonical text of the value it stands for. Since a parser keeps one of two members
 * with the same name, this also proves that no object has duplicate names.
 */
export const isCanonicalJson = (text: string): boolean => parseCanonicalJson(text) !== undefined;

/** The value of a canonical text, in a box since `null` is one too; `undefined` for every other text. */
export const parseCanonicalJson = (text: string): { readonly value: JsonValue } | undefined => {
  try {
    const value = JSON.parse(text) as JsonValue;
    return isWrittenAs(value, text) || canonicalJson(value) === text ? { value } : undefined;
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof CryptoError) return undefined;
    throw error;
  }
};

/**
 * What holds of nearly every canonical text and is told without writing it by hand: ECMAScript itself writes this text for
 * the value, and in it members are in order and numbers exact. It writes a lone surrogate as an escape; a canonical text
 * has no such escapes. Where this does not hold, `canonicalJson` decides.
 */
const isWrittenAs = (value: JsonValue, text: string): boolean =>
  isInOrder(value, 0) && !text.includes('\\ud') && JSON.stringify(value) === text;

/** Also that it is not too deep, before anything without a bound descends into it. */
const isInOrder = (value: JsonValue, depth: number): boolean => {
  if (typeof value === 'number') return isExact(value);
  if (typeof value !== 'object' || value === null) return true;
  if (depth === MAX_DEPTH) return false;
  if (isArray(value)) return value.every((item) => isInOrder(item, depth + 1));
  let before: string | undefined;
  // `JSON.parse` makes plain objects: there is nothing to inherit.
  for (const name in value) {
    if (before !== undefined && name <= before) return false;
    before = name;
    if (!isInOrder(value[name]!, depth + 1)) return false;
  }
  return true;
};

const isArray: (value: JsonValue) => value is readonly JsonValue[] = Array.isArray;

/** Whether a number is no integer that was rounded. From 1e21 on, ECMAScript writes an exponent: a magnitude, not digits. */
const isExact = (number: number): boolean =>
  !Number.isInteger(number) || Number.isSafeInteger(number) || Math.abs(number) >= 1e21;

const refuse = (reason: string): never => {
  throw new CryptoError('NOT_CANONICALISABLE', reason);
};

const write = (value: unknown, depth: number): string => {
  switch (typeof value) {
    case 'string':
      return writeString(value);
    case 'number':
      return writeNumber(value);
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth === MAX_DEPTH) return refuse(`more than ${MAX_DEPTH} levels`);
      return Array.isArray(value) ? writeArray(value, depth + 1) : writeObject(value, depth + 1);
    case 'bigint':
    case 'function':
    case 'symbol':
    case 'undefined':
      return refuse(`a value of type ${typeof value} is not JSON`);
  }
};

/** What may stand in a string as it is: neither controls, quotation mark, backslash nor a half of a surrogate pair. */
const plain = /^[\u0020\u0021\u0023-\u005b\u005d-\ud7ff\ue000-\uffff]*$/;

/** RFC 8785 section 3.2.2.2; ECMAScript's own `JSON.stringify` writes exactly the escapes asked for there. */
const writeString = (text: string): string => {
  if (plain.test(text)) return `"${text}"`;
  return text.isWellFormed() ? JSON.stringify(text) : refuse('a lone surrogate in a string');
};

/** RFC 8785 section 3.2.2.3. */
const writeNumber = (number: number): string => {
  if (!Number.isFinite(number)) return refuse('a number that is not finite');
  if (!isExact(number)) return refuse('an integer beyond 2^53 - 1');
  return String(number);
};

const writeArray = (items: readonly unknown[], depth: number): string => {
  let text = '[';
  for (let index = 0; index < items.length; index++) {
    if (index > 0) text += ',';
    text += write(items[index], depth);
  }
  return `${text}]`;
};

const writeObject = (object: object, depth: number): string => {
  const prototype: unknown = Object.getPrototypeOf(object);
  if (prototype !== Object.prototype && prototype !== null) return refuse('an object that is not plain');
  const members = object as Readonly<Record<string, unknown>>;
  let text = '{';
  // Without a comparator, `sort` compares UTF-16 code units, as RFC 8785 section 3.2.3 asks.
  for (const name of Object.keys(object).sort()) {
    if (text !== '{') text += ',';
    text += `${writeString(name)}:${write(members[name], depth)}`;
  }
  return `${text}}`;
};
