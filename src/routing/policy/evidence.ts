import type { Ages } from './ages.ts';
import { createCell, type Cell } from './cell.ts';
import { countMessage, createPace, type Pace } from './pace.ts';
import { createRoute, type Route } from './route.ts';
import { expectSigns, type Signs } from './signs.ts';

/** The messages to one operator of a country, or to all of them. */
export interface Place {
  country: string;
  operator: string | undefined;
  pace: Pace;
  /** At other workers, as of their snapshots. */
  foreignPace: Pace | undefined;
  cells: Map<string, Cell>;
  operators: Map<string, Place>;
}

/** Everything that is learned, found by route and place. */
export interface Evidence {
  routes: Map<string, Route>;
  countries: Map<string, Place>;
  /** All messages. */
  everywhere: Place;
  /** Conversions of all routes, for those that have few. */
  conversions: Signs;
  route(id: string, now: number): Route;
  /** The country, then the operator if it is known. */
  places(country: string, operator: string | undefined): Place[];
  cell(place: Place, level: number, routeId: string, now: number): Cell;
  allPlaces(): Iterable<Place>;
}

/** More than there are countries, and operators in any of them: only a stream of made-up names gets there. */
const MOST_COUNTRIES = 400;
const MOST_OPERATORS = 300;
/** Beyond it the route that was idle longest is forgotten. */
const MOST_ROUTES = 1_000;

export function createEvidence(ages: Ages): Evidence {
  const routes = new Map<string, Route>();
  const countries = new Map<string, Place>();
  const conversions = expectSigns(ages);

  function* allPlaces(): Iterable<Place> {
    for (const country of countries.values()) {
      yield country;
      yield* country.operators.values();
    }
  }

  function forgetIdlest(): void {
    const [idlest] = [...routes.values()].sort((a, b) => a.cell.noLife.lastSentAt - b.cell.noLife.lastSentAt);
    routes.delete(idlest!.id);
    for (const place of allPlaces()) place.cells.delete(idlest!.id);
  }

  return {
    routes,
    countries,
    everywhere: createPlace('', undefined),
    conversions,
    route(id, at) {
      let route = routes.get(id);
      if (!route) {
        if (routes.size >= MOST_ROUTES) forgetIdlest();
        routes.set(id, (route = createRoute(id, ages, at)));
      }
      return route;
    },
    places(country, operator) {
      let place = countries.get(country);
      if (!place) {
        if (countries.size >= MOST_COUNTRIES) return [];
        countries.set(country, (place = createPlace(country, undefined)));
      }
      if (operator === undefined) return [place];
      let inside = place.operators.get(operator);
      if (!inside) {
        if (place.operators.size >= MOST_OPERATORS) return [place];
        place.operators.set(operator, (inside = createPlace(country, operator)));
      }
      return [place, inside];
    },
    cell(place, level, routeId, at) {
      let cell = place.cells.get(routeId);
      if (!cell) place.cells.set(routeId, (cell = createCell(ages, level, at)));
      return cell;
    },
    allPlaces,
  };
}

function createPlace(country: string, operator: string | undefined): Place {
  return {
    country,
    operator,
    pace: createPace(),
    foreignPace: undefined,
    cells: new Map(),
    operators: new Map(),
  };
}

export function countAt(place: Place, now: number): void {
  countMessage(place.pace, now);
}
