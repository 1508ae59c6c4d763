import type { NumberPlan } from '../plan.ts';

const HT = { mccMnc: '21901', name: 'Hrvatski Telekom' };
const TELEMACH = { mccMnc: '21902', name: 'Telemach' };
const A1 = { mccMnc: '21910', name: 'A1' };

export const HR: NumberPlan = {
  country: 'HR',
  countryCode: '385',
  asOf: '2026-11-23',
  notPorted: 2 / 3,
  holders: { 91: A1, 92: A1, 95: TELEMACH, 98: HT, 99: HT, 976: HT, 977: HT, 975: null },
};
