import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';

interface CpuProfile {
  nodes: { id: number; callFrame: { functionName: string; url: string; lineNumber: number } }[];
  samples: number[];
  /** Microseconds since the sample before. */
  timeDeltas: number[];
}

const TOP = 30;
const IDLE = new Set(['(idle)', '(program)', '(root)']);

/** What a process spent its time on, by function and by package; the functions that it called do not count. */
export async function summarizeProfile(path: string): Promise<string> {
  const { nodes, samples, timeDeltas } = JSON.parse(await readFile(path, 'utf8')) as CpuProfile;
  const frames = new Map(nodes.map((node) => [node.id, node.callFrame]));
  const functions = new Map<string, number>();
  const packages = new Map<string, number>();
  let busy = 0;
  for (const [i, id] of samples.entries()) {
    const { functionName, url, lineNumber } = frames.get(id)!;
    if (IDLE.has(functionName)) continue;
    const took = timeDeltas[i]! / 1_000;
    busy += took;
    const place = url ? ` ${shortUrl(url)}:${lineNumber + 1}` : '';
    add(functions, `${functionName || '(anonymous)'}${place}`, took);
    add(packages, packageOf(url, functionName), took);
  }
  const list = (entries: Map<string, number>) =>
    [...entries]
      .sort(([, a], [, b]) => b - a)
      .slice(0, TOP)
      .map(([name, ms]) => `${((100 * ms) / busy).toFixed(1).padStart(6)} %  ${name}`);
  return [
    `${basename(path)}: ${(busy / 1_000).toFixed(1)} s busy`,
    ...list(packages),
    '',
    ...list(functions),
    '',
  ].join('\n');
}

function add(sums: Map<string, number>, name: string, ms: number): void {
  sums.set(name, (sums.get(name) ?? 0) + ms);
}

function shortUrl(url: string): string {
  return url.replace(/^.*\/node_modules\//, '').replace(/^file:.*\/src\//, 'src/');
}

function packageOf(url: string, functionName: string): string {
  const name = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(url)?.[1];
  if (name !== undefined) return name;
  if (url.startsWith('node:')) return 'node';
  if (url.includes('/src/')) return `src/${/\/src\/([^/]+)/.exec(url)![1]!}`;
  return functionName.startsWith('(') ? functionName : 'native';
}
