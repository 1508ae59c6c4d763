/** Lines over time as an SVG that needs nothing else. */
export interface Line {
  name: string;
  /** Percent at the end of each ten minutes. */
  values: readonly number[];
}

const WIDTH = 760;
const HEIGHT = 400;
const LEFT = 52;
const RIGHT = 150;
const TOP = 34;
const BOTTOM = 44;
const COLORS = ['#8a8a8a', '#b08968', '#6d9dc5', '#c77dba', '#d9a441', '#4f8f6b', '#c0392b'] as const;

/** @param most percent at the upper edge; what is above is cut off there */
export function drawLines(title: string, lines: readonly Line[], most: number): string {
  const bins = Math.max(...lines.map(({ values }) => values.length));
  const x = (bin: number) => LEFT + ((bin + 1) / bins) * (WIDTH - LEFT - RIGHT);
  const y = (value: number) => TOP + (1 - Math.min(value, most) / most) * (HEIGHT - TOP - BOTTOM);
  const grid = Array.from({ length: 6 }, (_, i) => (most * i) / 5).map(
    (value) =>
      `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${round(y(value))}" y2="${round(y(value))}" stroke="#ddd"/>` +
      `<text x="${LEFT - 6}" y="${round(y(value) + 4)}" text-anchor="end">${round(value)} %</text>`,
  );
  const hours = Array.from({ length: Math.floor(bins / 6) + 1 }, (_, h) => h).map(
    (h) => `<text x="${round(x(h * 6 - 1))}" y="${HEIGHT - BOTTOM + 18}" text-anchor="middle">${h} h</text>`,
  );
  let lowest = Infinity;
  const labels = new Map(
    [...lines]
      .sort((a, b) => a.values.at(-1)! - b.values.at(-1)!)
      .map(({ name, values }) => {
        lowest = Math.min(y(values.at(-1)!), lowest - 15);
        return [name, lowest] as const;
      }),
  );
  const paths = lines.map(({ name, values }, i) => {
    const color = COLORS[i % COLORS.length]!;
    const points = values.map((value, bin) => `${round(x(bin))},${round(y(value))}`).join(' ');
    const end = `${name} ${values.at(-1)!.toFixed(1)} %`;
    return (
      `<polyline points="${points}" fill="none" stroke="${color}" stroke-width="2"/>` +
      `<text x="${WIDTH - RIGHT + 6}" y="${round(labels.get(name)! + 4)}" fill="${color}">${end}</text>`
    );
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${HEIGHT}" font-family="sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${HEIGHT}" fill="#fff"/>`,
    `<text x="${LEFT}" y="20" font-size="14">${title}</text>`,
    ...grid,
    ...hours,
    ...paths,
    '</svg>',
    '',
  ].join('\n');
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}
