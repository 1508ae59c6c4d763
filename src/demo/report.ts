import type { Course } from './verify.ts';

/** The value below which a share of the sorted values lies; undefined where there is none. */
export function percentile(sorted: readonly number[], share: number): number | undefined {
  return sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)];
}

const PHASES = [
  { name: 'start → sent', from: 'startedAt', to: 'sentAt' },
  { name: 'sent → delivered', from: 'sentAt', to: 'deliveredAt' },
  { name: 'start → approved', from: 'startedAt', to: 'approvedAt' },
] as const;

/** Verifications that are named one by one. */
const NAMED = 20;
/** Reasons that are told of the rest. */
const REASONS = 10;

/** The demo's result: outcomes, times, and the verifications that were not approved with their reasons. */
export function report(courses: readonly Course[], seconds: number): string {
  const outcomes = new Map<string, number>();
  for (const course of courses) outcomes.set(course.outcome, (outcomes.get(course.outcome) ?? 0) + 1);
  const lines = ['', 'outcome                  count'];
  for (const [outcome, count] of [...outcomes].sort((a, b) => b[1] - a[1]))
    lines.push(`${outcome.padEnd(22)} ${String(count).padStart(7)}`);
  lines.push('', 'milliseconds               p50     p95     p99');
  for (const phase of PHASES) {
    const times = courses
      .flatMap((c) =>
        c[phase.from] !== undefined && c[phase.to] !== undefined ? [c[phase.to]! - c[phase.from]!] : [],
      )
      .sort((a, b) => a - b);
    const cells = [0.5, 0.95, 0.99].map((share) => (percentile(times, share)?.toFixed(0) ?? '–').padStart(7));
    lines.push(`${phase.name.padEnd(22)} ${cells.join(' ')}`);
  }
  lines.push(
    '',
    `${courses.length} verifications in ${seconds.toFixed(1)} s: ${(courses.length / seconds).toFixed(0)} a second`,
  );
  const others = courses.filter(({ outcome }) => outcome !== 'approved');
  for (const course of others.slice(0, NAMED))
    lines.push(`  ${course.country} ${course.masked}: ${whyOf(course)}`);
  if (others.length > NAMED) lines.push(...inGroups(others.slice(NAMED)));
  return `${lines.join('\n')}\n`;
}

function whyOf({ outcome, reason }: Course): string {
  return reason ? `${outcome}: ${reason}` : outcome;
}

/** How many there are of each reason, the most frequent first. */
function inGroups(courses: readonly Course[]): string[] {
  const groups = [...Map.groupBy(courses, whyOf)].sort(([, a], [, b]) => b.length - a.length);
  const told = groups
    .slice(0, REASONS)
    .map(([why, { length }]) => `  ${String(length).padStart(7)} × ${why}`);
  const rest = groups.slice(REASONS).reduce((sum, [, { length }]) => sum + length, 0);
  if (rest > 0) told.push(`  ${String(rest).padStart(7)} × something else`);
  return [`  and ${courses.length} more:`, ...told];
}
