import { installRules, type RulesAddition } from '@delta-hub/handoff-app';
import { parse } from 'yaml';
import { z } from 'zod';
import { settingFile } from './config.js';
import { HubFault } from './faults.js';

const day = z.iso.date('a day YYYY-MM-DD of the calendar');
const text = z.string().min(1);
const version = z.string().regex(/^[0-9A-Za-z][0-9A-Za-z.-]{0,31}$/, 'letters, digits, dots and hyphens');
const days = z.int().min(0).max(366);

/** Every rule says where it is from. */
const rule = z.strictObject({
  article: z.string().regex(/^\S{1,64}$/, 'an article without spaces, e.g. 苏条例12'),
  source: z.enum(['law', 'recalled', 'excerpt', 'proposal']),
  verified: z.boolean(),
  text,
});
const minutes = z.int().positive();
const policy = z.strictObject({
  rollForward: z.enum(['days-off', 'public-holidays', 'never']).optional(),
  travelDays: days.optional(),
  decisionLimit: z.enum(['target', 'none']).optional(),
  leaveDays: z.strictObject({ partDays: z.literal('count'), recurringTrips: z.enum(['shown', 'added']) }).optional(),
  absenceFrom: z.enum(['opened', 'last-contact']).optional(),
  alertMinutes: z
    .strictObject({
      ...{ raised: minutes, acknowledgedByDay: minutes, acknowledgedByNight: minutes },
      ...{ verified: minutes, closed: minutes },
    })
    .optional(),
  refusalGrounds: z.enum(['closed-list', 'false-address-only']).optional(),
  // To these three there is one answer.
  silence: z.literal('neither-consent-nor-refusal').optional(),
  answerableUntilReport: z.literal('origin').optional(),
  mobileCheckIn: z.literal('information-check').optional(),
});
const limit = z.strictObject({ step: text, days, rule });
const period = { effectiveFrom: day, effectiveTo: day.nullable().default(null) };

const Schema = z.strictObject({
  packs: z
    .array(
      z.strictObject({
        ...{ version, base: version, effectiveFrom: day },
        ...{ policy: policy.optional(), limits: z.array(limit).optional() },
      }),
    )
    .optional(),
  overlays: z
    .array(
      z.strictObject({
        ...{ node: z.enum(['31', '32', '33', '34']), version, base: version, ...period },
        targets: z.array(limit).default([]),
        offices: z
          .array(z.strictObject({ level: z.enum(['province', 'upper']), nameZh: text, ...rule.shape }))
          .default([]),
        powers: z
          .array(
            z.strictObject({
              ...{ item: z.string().regex(/^[^\s@]{1,80}$/, 'a name without spaces'), type: text },
              ...{ level: z.enum(['province', 'city', 'county', 'office']).optional(), ...rule.shape },
            }),
          )
          .optional(),
      }),
    )
    .optional(),
  calendar: z
    .array(
      z.strictObject({
        ...{ year: z.int().min(2020).max(2199), source: text, verified: z.boolean() },
        ...{ holidays: z.array(z.tuple([day, day])), workingDays: z.array(day) },
      }),
    )
    .optional(),
});

/** Reads what an installation adds to the rules, YAML or JSON. @throws HubFault `RULES_INVALID` naming the place */
export const parseRules = (content: string, file: string): RulesAddition => {
  const fail = (problem: string): never => {
    throw new HubFault('RULES_INVALID', `${file}: ${problem}`);
  };
  const read = ((): unknown => {
    try {
      return parse(content, { strict: true, uniqueKeys: true });
    } catch (error) {
      return fail((error as Error).message.split('\n')[0] ?? 'not YAML');
    }
  })();
  const parsed = Schema.safeParse(read);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return fail(`${issue?.path.join('.') || 'file'}: ${issue?.message ?? 'invalid'}`);
  }
  const outside = parsed.data.calendar?.flatMap(({ year, holidays, workingDays }) =>
    [...holidays.flat(), ...workingDays]
      .filter((each) => !each.startsWith(`${year}-`))
      .map((each) => `${year}: ${each}`),
  )[0];
  if (outside !== undefined) return fail(`calendar.${outside} is of another year`);
  // The core says which steps it knows.
  return parsed.data as RulesAddition;
};

/**
 * Judges by the built-in rules and what the file adds to them, from here on in this process. The same file is the same
 * rules: asking again changes nothing.
 * @throws HubFault `RULES_INVALID`, `CONFIG_INVALID`
 */
export const useRulesOf = (file: string | undefined): void => {
  if (file === inUse) return;
  try {
    installRules(file === undefined ? undefined : parseRules(settingFile(file), file));
  } catch (error) {
    if ((error as { code?: unknown }).code !== 'RULE_BOOK_INVALID') throw error;
    throw new HubFault('RULES_INVALID', `${file}: ${(error as Error).message}`, { cause: error });
  }
  inUse = file;
};

let inUse: string | undefined;
