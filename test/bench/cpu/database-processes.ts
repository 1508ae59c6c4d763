import { readFile } from 'node:fs/promises';
import type { Sql } from '../../../src/db/client.ts';

/** The server's processes, as this machine counts them. */
export interface DatabaseProcesses {
  /** Of all of them so far; NaN where they cannot be seen: another machine, or not Linux. */
  cpuSeconds(): Promise<number>;
}

// USER_HZ, in which /proc counts: 100 on every Linux that Node runs on.
const TICKS_PER_SECOND = 100;

export async function databaseProcesses(sql: Sql): Promise<DatabaseProcesses> {
  const [row] = await sql<{ pid: number }[]>`SELECT pg_backend_pid() AS pid`;
  const postmaster = (await readStat(row!.pid))?.parent;
  return {
    async cpuSeconds() {
      if (postmaster === undefined) return NaN;
      const children = await readFile(`/proc/${postmaster}/task/${postmaster}/children`, 'utf8');
      const pids = [postmaster, ...children.trim().split(' ').map(Number)];
      const stats = await Promise.all(pids.map(readStat));
      return stats.reduce((total, stat) => total + (stat?.ticks ?? 0), 0) / TICKS_PER_SECOND;
    },
  };
}

/** A process that is no more has none; the postmaster's has those of its children that are no more. */
async function readStat(pid: number): Promise<{ parent: number; ticks: number } | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined || !/\((?:postgres|postmaster)/.test(stat)) return undefined;
  // The fields behind the name, which may hold spaces: the third of all comes first here.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [, parent] = fields;
  const [user, system, childrenUser, childrenSystem] = fields.slice(11, 15).map(Number);
  return { parent: Number(parent), ticks: user! + system! + childrenUser! + childrenSystem! };
}
