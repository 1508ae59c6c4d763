import { spawnSync } from 'node:child_process';
import { dissectorAgrees } from './dissector.ts';
import { clientAgainstPerlServer, perlClientAgainstSimulator } from './perl.ts';

// Peers that npm does not have. See README.md beside this file.

interface Check {
  name: string;
  /** A command that succeeds where the tool is there. */
  tool: readonly [string, ...string[]];
  debianPackage: string;
  run(): Promise<string>;
}

const NET_SMPP = { tool: ['perl', '-MNet::SMPP', '-e1'], debianPackage: 'libnet-smpp-perl' } as const;
const CHECKS: readonly Check[] = [
  { name: 'a Net::SMPP client against our SMSC', ...NET_SMPP, run: perlClientAgainstSimulator },
  { name: 'our client against a Net::SMPP server', ...NET_SMPP, run: clientAgainstPerlServer },
  {
    name: "Wireshark's dissector on our PDUs",
    tool: ['tshark', '--version'],
    debianPackage: 'tshark',
    run: dissectorAgrees,
  },
];

for (const { name, tool, debianPackage, run } of CHECKS) {
  const [command, ...args] = tool;
  if (spawnSync(command, args, { stdio: 'ignore' }).status !== 0) {
    console.log(`not run  ${name}: apt-get install -y ${debianPackage}`);
    process.exitCode = 1;
    continue;
  }
  try {
    console.log(`good     ${name}: ${await run()}`);
  } catch (error) {
    console.log(`FAULT    ${name}\n`, error);
    process.exitCode = 1;
  }
}
