import { InvalidArgumentError, type Command } from 'commander';
import { readDuration } from './duration.ts';

/** What every command has that talks to a server. */
export function reaching(command: Command): Command {
  return command
    .option('--url <url>', 'the server (OTPOST_URL)')
    .option('--profile <name>', 'of "otpost login" (OTPOST_PROFILE)')
    .option('--api-key-file <file>', 'with the key in it (or OTPOST_API_KEY)')
    .option('--test', 'with the test key of the development server in this folder')
    .option('--json', 'results as lines of JSON');
}

export function following(command: Command): Command {
  return reaching(command)
    .option('--after <cursor>', 'go on behind this event; from now on without it')
    .option('--count <n>', 'end after so many', positive);
}

export function seconds(text: string): number {
  const read = readDuration(text);
  if (read === undefined) throw new InvalidArgumentError('Such as 90s, 15m, 12h or 30d.');
  return read;
}

export function positive(text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('A number from 1 on.');
  return Number(text);
}
