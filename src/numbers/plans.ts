import type { NumberPlan } from './plan.ts';
import { HR } from './plans/hr.ts';

/** The countries whose blocks are known; one more is a file in `plans/` and its name here. */
export const NUMBER_PLANS: readonly NumberPlan[] = [HR];
