import type { Ground } from '../ground/ground.ts';
import type { BenchProcess } from '../ground/processes.ts';
import type { Crowd } from './crowd.ts';
import type { RawServer } from './raw-server.ts';

export function startCrowd(ground: Ground): Promise<BenchProcess<Crowd>> {
  return ground.processes.start<Crowd>({ entry: 'test/bench/subscribers/crowd.ts' });
}

export function startRawServer(ground: Ground): Promise<BenchProcess<RawServer>> {
  return ground.processes.start<RawServer>({
    entry: 'test/bench/subscribers/raw-server.ts',
    flags: ['--expose-gc'],
  });
}
