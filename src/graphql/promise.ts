import { BreakingChangeType, buildSchema, findSchemaChanges, parse, print, visit } from 'graphql';

/** A schema's names, types and arguments without its words: what clients rely on. */
export function promiseOf(sdl: string): string {
  const wordless = visit(parse(sdl), {
    enter: (node) => ('description' in node ? { ...node, description: undefined } : undefined),
  });
  return `${print(wordless)}\n`;
}

/**
 * What a schema no longer keeps of a promise, in words; without what an entry of the changelog owns up to: one that says
 * "breaking" and names the type, field, value or argument in backticks, e.g. `Query.thing(id:)`.
 */
export function brokenPromises(promise: string, sdl: string, changelog: string): string[] {
  const confessed = new Set(
    changelog
      .split(/\n(?=- |\s*\n)/)
      .filter((entry) => /\bbreaking\b/i.test(entry))
      .flatMap((entry) => [...entry.matchAll(/`([^`]+)`/g)].map(([, name]) => name!)),
  );
  return findSchemaChanges(buildSchema(promise), buildSchema(sdl))
    .filter(({ type }) => type in BreakingChangeType)
    .map(({ description }) => description)
    .filter((description) => !confessed.has(coordinateIn(description)));
}

/** What a change is about: `Type.field`, `Type.field(argument:)`, `@directive`, or a type, with which the words begin then. */
function coordinateIn(description: string): string {
  const [member] = /@\w+|\w+\.\w+(?:\(\w+:\))?/.exec(description) ?? [];
  return member ?? /^(?:Standard scalar )?(\w+)/.exec(description)![1]!;
}
