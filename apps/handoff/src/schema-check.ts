import { eventName, type HubEvent, schemaAddress, SCHEMAS } from '@delta-hub/contracts';
import { isInstant, isPlainDate } from '@delta-hub/handoff';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

const ajv = new Ajv2020({ allErrors: false, strict: true });
for (const schema of Object.values(SCHEMAS)) ajv.addSchema(schema);

const FEASIBLE = /^(19|2[01])/;
const ENVELOPE = schemaAddress('hub-event');

/** What is wrong with an event by its JSON Schemas, envelope first; undefined when nothing is. */
export const schemaFault = (event: HubEvent): string | undefined => {
  const name = eventName(event.type);
  if (name === undefined) return `unknown type ${event.type}`;
  const expected = schemaAddress(name);
  if (event.dataschema !== expected) return `dataschema is not ${expected}`;
  return faultOf(ENVELOPE, event) ?? faultOf(expected, event.data) ?? subjectFault(event) ?? timeFault(event);
};

/** `cn.delta-hub.transfer.*` is a fact of a stream `transfer-*`, and so on. */
const subjectFault = ({ type, subject }: HubEvent): string | undefined => {
  const category = eventName(type)?.split('.')[0];
  return subject.startsWith(`${category}-`) ? undefined : `subject is not a ${category} stream`;
};

/** What the patterns of the schemas cannot say: instants and days exist, and limits can be counted from them. */
const timeFault = ({ time, data }: HubEvent): string | undefined => {
  const { occurredAt, answerableSince = time, correctionStart, correctionEnd } = data as HubEvent['data'] & Times;
  const instant = [time, occurredAt, answerableSince].find((text) => !isInstant(text) || !FEASIBLE.test(text));
  const days = [correctionStart, correctionEnd].filter((day) => day !== undefined);
  const day = days.find((text) => !isPlainDate(text) || !FEASIBLE.test(text));
  if (instant !== undefined) return `${instant} is no instant of 1900 to 2199`;
  return day === undefined ? undefined : `${day} is no day of 1900 to 2199`;
};

interface Times {
  readonly answerableSince?: string;
  readonly correctionStart?: string;
  readonly correctionEnd?: string;
}

/** Compiled once each: to look a schema up costs `ajv` as much as to apply it. */
const validators = new Map<string, ValidateFunction | undefined>();

const validatorOf = (schema: string): ValidateFunction | undefined => {
  if (!validators.has(schema)) validators.set(schema, ajv.getSchema(schema));
  return validators.get(schema);
};

const faultOf = (schema: string, value: unknown): string | undefined => {
  const validate = validatorOf(schema);
  if (validate === undefined) return `no schema ${schema}`;
  if (validate(value)) return undefined;
  const [error] = validate.errors ?? [];
  return `${error?.instancePath ?? ''} ${error?.message ?? 'invalid'}`.trim();
};
