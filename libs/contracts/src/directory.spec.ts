import { describe, expect, it } from '@jest/globals';
import {
  AGENCIES,
  agencyById,
  agencyOfDivision,
  DIVISIONS,
  divisionByCode,
  isAtOrAbove,
  nodeOf,
  parentOf,
} from './index.js';

const DAY = '2025-03-10';

describe('division codes', () => {
  it.each([
    ['31', 16],
    ['32', 95],
    ['33', 90],
    ['34', 104],
  ])('province %s has %i divisions of county level in use', (province, count) => {
    const counties = DIVISIONS.filter(({ code, level }) => level === 'county' && code.startsWith(province));
    expect(counties.filter(({ code }) => divisionByCode(code, DAY) !== undefined)).toHaveLength(count);
  });
  it('knows 青浦 and not a development zone or a made-up code', () => {
    expect(divisionByCode('310118', DAY)?.nameZh).toBe('青浦区');
    expect(divisionByCode('320576', DAY)).toBeUndefined();
    expect(divisionByCode('310199', DAY)).toBeUndefined();
  });
  it('keeps a code that has ended: 广德 was a county until 2019-07-31', () => {
    expect(divisionByCode('341822', '2019-07-31')?.nameZh).toBe('广德县');
    expect(divisionByCode('341822', '2019-08-01')).toBeUndefined();
  });
  it('has one code for 广德 on every day, and says that the day of the change is not verified', () => {
    const on = (day: string) =>
      DIVISIONS.filter(({ code, nameZh }) => nameZh.startsWith('广德') && divisionByCode(code, day));
    expect(on('2019-07-31').map(({ code, verified }) => [code, verified])).toEqual([['341822', false]]);
    expect(on('2019-08-01').map(({ code, verified }) => [code, verified])).toEqual([['341882', false]]);
    expect(DIVISIONS.filter(({ verified }) => !verified)).toHaveLength(2);
  });
  it('finds the node of a division by the provinces in the list', () => {
    expect(DIVISIONS.every((division) => nodeOf(division) === division.code.slice(0, 2))).toBe(true);
    const orphan = { code: '310199', nameZh: '测试区', level: 'county', parentCode: null } as const;
    const undated = { validFrom: null, validTo: null, verified: true };
    expect(() => nodeOf({ ...orphan, ...undated })).toThrow('310199');
  });
  it('takes the level from the list: 崇明区 is 310151 and of county level', () => {
    expect(divisionByCode('310151', DAY)?.level).toBe('county');
  });
});

describe('agencies', () => {
  it('each has a parent in the directory, but for the four provinces', () => {
    const roots = AGENCIES.filter(({ parentId }) => parentId === null);
    expect(roots.map(({ id }) => id)).toEqual(['prov-310000', 'prov-320000', 'prov-330000', 'prov-340000']);
    expect(AGENCIES.filter(({ parentId }) => parentId !== null && agencyById(parentId) === undefined)).toEqual([]);
  });
  it('have ids of their own', () => expect(new Set(AGENCIES.map(({ id }) => id)).size).toBe(AGENCIES.length));
  it('of Shanghai’s districts stand directly under the municipality', () => {
    expect(agencyOfDivision('310118')?.parentId).toBe('prov-310000');
    expect(agencyOfDivision('320509')?.parentId).toBe('city-320500');
  });
  it('of a code that has ended is found for the days it was in use', () => {
    expect(agencyOfDivision('341822', '2019-07-31')?.id).toBe('cca-341822');
    expect(agencyOfDivision('341822', DAY)).toBeUndefined();
    expect(agencyOfDivision('341822')?.nameZh).toBe('广德县社区矫正管理局');
    expect(agencyOfDivision('320500', DAY)).toBeUndefined();
  });
  it('have the agency above them as their parent', () => {
    const above = (id: string) => {
      const agency = agencyById(id);
      return agency === undefined ? undefined : parentOf(agency)?.id;
    };
    expect(['jo-310118001', 'cca-310118', 'cca-zone-suzhou-sip'].map(above)).toEqual([
      'cca-310118',
      'prov-310000',
      'city-320500',
    ]);
    expect(above('prov-310000')).toBeUndefined();
  });
  it('may have no division code', () => {
    expect(agencyById('cca-zone-suzhou-sip')).toMatchObject({ level: 'county', divisionCode: null });
  });
  it('松陵司法所 may give opinions for 吴江', () => {
    expect(agencyById('jo-320509001')).toMatchObject({ level: 'office', parentId: 'cca-320509', node: '32' });
    expect(agencyById('jo-320509001')?.delegations.map(({ type }) => type)).toEqual(['transfer.opinion-given']);
  });
  it('know who stands above whom', () => {
    expect(isAtOrAbove('city-320500', 'jo-320509001')).toBe(true);
    expect(isAtOrAbove('cca-320509', 'cca-320509')).toBe(true);
    expect(isAtOrAbove('cca-320509', 'cca-310118')).toBe(false);
  });
});
