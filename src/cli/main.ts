import { createInterrupts } from './interrupts.ts';
import { run } from './run.ts';

const { stdin, stdout, stderr } = process;
// `otpost tail | head -1`: whoever read has gone, and nobody is left to tell.
for (const stream of [stdout, stderr])
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    if (stream === stdout) stderr.write(`otpost: What it says cannot be written: ${error.message}\n`);
    process.exit(1);
  });
const interrupts = createInterrupts(process);
const code = await run(process.argv.slice(2), { env: process.env, stdin, stdout, stderr, interrupts });
interrupts.leave();
// Not exit(): what was written to a pipe may still be on its way. And nothing that was read from keeps it here.
process.exitCode = code;
stdin.unref?.();
stdin.destroy();
