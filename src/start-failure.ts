import { resolve } from 'node:path';
import type { Config } from './config.ts';

type Settings = Pick<Config, 'host' | 'port' | 'simulator' | 'examplePort' | 'dataDir'>;

/**
 * Says in one line why the program could not start, and what to do.
 * @param settings of a program that listens, as far as they could be read
 */
export function explainStartFailure(error: unknown, settings?: Settings): string {
  const { code, port, address, path, syscall, message } = describe(error);
  // Whatever is in the way: no route, a firewall, no address of this machine to go from.
  if (syscall === 'connect' && path === undefined) return nothingAnswers(address, port);
  switch (code) {
    case 'EADDRINUSE':
      return `Port ${port} is taken, maybe by another Otpost. Stop what uses it, or choose another: ${portVariable(port, settings)} (0 takes a free one).`;
    case 'EADDRNOTAVAIL':
      return `HOST ${address} is no address of this machine. Set HOST to one that is: 127.0.0.1, or 0.0.0.0 for all of them.`;
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return path === undefined
        ? `This user may not use port ${port}. Choose one above 1023: ${portVariable(port, settings)}.`
        : `This user may not write to ${path}. Give it that right, or choose another ${pathVariable(path, settings)}.`;
    case 'ENOTDIR':
    case 'EEXIST':
      return `${path} is no folder that can be made: a file is in its way. Choose another ${pathVariable(path, settings)}.`;
    case 'ENOENT':
      return syscall === 'mkdir'
        ? `No folder can be made at ${path}. Choose another ${pathVariable(path, settings)}.`
        : message;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      if (address !== undefined && address === settings?.host)
        return `HOST ${address} is a name that nobody knows. Set HOST to an address of this machine: 127.0.0.1, or 0.0.0.0 for all of them.`;
      return nothingAnswers(address, port);
    case 'ECONNREFUSED':
    case 'CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
      return nothingAnswers(address, port);
    case '28P01':
    case '28000':
      return `PostgreSQL refused the user or password of DATABASE_URL (${message}).`;
    case '3D000':
      return `The database of DATABASE_URL does not exist (${message}). Create it first: createdb.`;
    case '42501':
      return `The user of DATABASE_URL may not do this (${message}). It needs to own its database.`;
    default:
      return message;
  }
}

function nothingAnswers(address: string | undefined, port: number | undefined): string {
  return `Nothing answers at ${address ?? 'the address'}${port ? `:${port}` : ''}. Check DATABASE_URL, and that PostgreSQL runs there.`;
}

/** The one that says so, or all of them where none does. */
function portVariable(port: number | undefined, settings: Settings | undefined): string {
  const variables = Object.entries({
    PORT: settings?.port,
    SIMULATOR_PORT: settings?.simulator.httpPort,
    SIMULATOR_SMPP_PORT: settings?.simulator.smppPort,
    EXAMPLE_PORT: settings?.examplePort,
  });
  const saying = variables.filter(([, said]) => said === port);
  return (saying.length > 0 ? saying : variables).map(([name]) => name).join(', ');
}

/** The data directory is meant by what is inside of it, and by what it is inside of. */
function pathVariable(path: string | undefined, settings: Settings | undefined): string {
  if (path === undefined || settings === undefined) return 'place';
  const [at, dataDir] = [`${resolve(path)}/`, `${resolve(settings.dataDir)}/`];
  return at.startsWith(dataDir) || dataDir.startsWith(at) ? 'DATA_DIR' : 'place';
}

interface Described {
  code: string | undefined;
  port: number | undefined;
  address: string | undefined;
  path: string | undefined;
  syscall: string | undefined;
  message: string;
}

function describe(error: unknown): Described {
  if (error instanceof AggregateError && error.errors.length > 0) return describe(error.errors[0]);
  const e = error as {
    code?: string;
    port?: number;
    address?: string;
    hostname?: string;
    path?: string;
    syscall?: string;
    cause?: unknown;
  };
  if (e.code === undefined && e.cause !== undefined) return describe(e.cause);
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: e.code,
    port: e.port,
    address: e.address ?? e.hostname,
    path: e.path,
    syscall: e.syscall,
    message,
  };
}
