import { eventName, type HubEvent, schemaAddress, SCHEMAS } from '@delta-hub/contracts';
import { Ajv2020 } from 'ajv/dist/2020.js';

const ajv = new Ajv2020({ allErrors: false, strict: true });
for (const schema of Object.values(SCHEMAS)) ajv.addSchema(schema);

const ENVELOPE = schemaAddress('hub-event');

/** What is wrong with an event by its JSON Schemas, envelope first; undefined when nothing is. */
export const schemaFault = (event: HubEvent): string | undefined => {
  const name = eventName(event.type);
  if (name === undefined) return `unknown type ${event.type}`;
  const expected = schemaAddress(name);
  if (event.dataschema !== expected) return `dataschema is not ${expected}`;
  return faultOf(ENVELOPE, event) ?? faultOf(expected, event.data);
};

const faultOf = (schema: string, value: unknown): string | undefined => {
  const validate = ajv.getSchema(schema);
  if (validate === undefined) return `no schema ${schema}`;
  if (validate(value) === true) return undefined;
  const [error] = validate.errors ?? [];
  return `${error?.instancePath ?? ''} ${error?.message ?? 'invalid'}`.trim();
};
