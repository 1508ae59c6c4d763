import { dataDirOfEnvironment } from '../config.ts';
import { CreateServiceDocument, ServicesDocument } from '../graphql/generated/graphql.ts';
import { createDemoClient, type DemoClient } from './client.ts';
import { findServer } from './find-server.ts';
import { demoNumbers, exampleNumbers } from './numbers.ts';
import { DEMO_HELP, parseOptions, type DemoOptions } from './options.ts';
import { createProgress } from './progress.ts';
import { reasonOf } from './reasons.ts';
import { report } from './report.ts';
import { verifyNumber, type Course, type Target } from './verify.ts';

const CONCURRENCY = 50;
// Its own service, whose limits let the demo be run again at once.
const SERVICE_NAME = 'Otpost demo';

try {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) process.stdout.write(DEMO_HELP);
  else process.exitCode = await run(options);
} catch (error) {
  process.stderr.write(`demo: ${reasonOf(error)}\n`);
  process.exitCode = 1;
}

async function run(options: DemoOptions): Promise<number> {
  await using server = await findServer(options, dataDirOfEnvironment());
  const count = options.count ?? exampleNumbers().length;
  const asTests = options.test ? ', as tests: nothing reaches a carrier' : '';
  const what = options.count === undefined ? oneEach() : `${count} numbers`;
  process.stdout.write(`Verifying ${what} through ${server.origin}${asTests}\n`);
  const apiKey = options.test ? server.testApiKey : server.apiKey;
  if (apiKey === undefined) throw new Error('dev.json has no test key: start the server again.');
  await using client = createDemoClient(server.url, apiKey);
  // Tests have no limits, and change no services.
  const serviceId = options.test ? undefined : await ensureService(client);
  const target = { client, simulatorUrl: server.simulatorUrl, serviceId };
  const began = Date.now();
  const courses = await verifyAll(target, count, options.rate);
  process.stdout.write(report(courses, (Date.now() - began) / 1000));
  return courses.every((course) => course.outcome === 'approved') ? 0 : 1;
}

/** In words. */
function oneEach(): string {
  const sample = exampleNumbers();
  const { size } = new Set(sample.map(({ e164 }) => e164));
  return `a number of each of ${sample.length} countries and territories (${size} numbers: some share one)`;
}

async function ensureService(client: DemoClient): Promise<string> {
  const { services } = await client.request(ServicesDocument, {});
  const known = services.find((service) => service.name === SERVICE_NAME);
  if (known) return known.id;
  const { createService: created } = await client.request(CreateServiceDocument, {
    input: { name: SERVICE_NAME, settings: { coolDownSeconds: 0, maxSends: 20, maxSendsPerDay: 1000 } },
  });
  if (created.__typename !== 'Service') throw new Error(created.message);
  return created.id;
}

/** Starts at the given rate, or as fast as `CONCURRENCY` at once go. */
async function verifyAll(target: Target, count: number, rate: number | undefined): Promise<Course[]> {
  const courses: Course[] = [];
  const progress = createProgress(count);
  const underWay = new Set<Promise<void>>();
  const lastOf = new Map<string, Promise<void>>();
  const began = performance.now();
  let started = 0;
  for (const number of demoNumbers(count)) {
    if (rate !== undefined) {
      const dueIn = began + (started / rate) * 1000 - performance.now();
      if (dueIn > 0) await new Promise((resolve) => setTimeout(resolve, dueIn));
    } else if (underWay.size >= CONCURRENCY) await Promise.race(underWay);
    started++;
    // Some countries share their example (Australia and Christmas Island): one after the other.
    const before = lastOf.get(number.e164) ?? Promise.resolve();
    const one = before
      .then(() => verifyNumber(target, number))
      .then((course) => {
        courses.push(course);
        progress.update(started, courses);
        underWay.delete(one);
      });
    underWay.add(one);
    lastOf.set(number.e164, one);
  }
  await Promise.all(underWay);
  progress.end(courses);
  return courses;
}
