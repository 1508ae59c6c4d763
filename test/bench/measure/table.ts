import { isMet, type Figure, type Outcome, type Target } from './outcome.ts';

const COLUMNS = ['row', 'measured', 'beside', 'ratio', 'target', 'met', ''] as const;

/** The outcomes as a Markdown table, aligned: it goes into notes and the README as it is. */
export function formatTable(outcomes: readonly Outcome[]): string {
  const rows = [
    [...COLUMNS],
    ...outcomes.map((outcome) => [
      outcome.row,
      formatFigure(outcome.measured),
      outcome.beside ? formatFigure(outcome.beside) : '',
      outcome.ratio === undefined ? '' : formatNumber(outcome.ratio),
      ...(outcome.target
        ? [formatTarget(outcome.target), isMet(outcome, outcome.target) ? 'yes' : 'NO']
        : ['', '']),
      outcome.note,
    ]),
  ];
  const widths = COLUMNS.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const lines = rows.map((row) => `| ${row.map((cell, i) => cell.padEnd(widths[i]!)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}

function formatFigure({ value, unit }: Figure): string {
  return `${formatNumber(value)} ${unit}`;
}

/** Three digits are more than a run repeats. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : value.toPrecision(3);
}

function formatTarget(target: Target): string {
  return 'atLeast' in target ? `≥ ${target.atLeast}` : `≤ ${target.atMost}`;
}
