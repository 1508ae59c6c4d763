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

/** The demo's result: outcomes, times, and every verification that was not approved with its reason. */
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
  for (const c of courses)
    if (c.outcome !== 'approved')
      lines.push(`  ${c.country} ${c.masked}: ${c.outcome}${c.reason ? `: ${c.reason}` : ''}`);
  return `${lines.join('\n')}\n`;
}
