import type { Query } from "./query.ts";
import type { Link } from "./records.ts";
import { findResource, type Resource } from "./resources.ts";
import type { World } from "./world.ts";

type Shape = Pick<Query, "include" | "fields">;

/** Writes resources as JSON:API or flattened, with includes and sparse fieldsets. */
export class Serialiser {
  readonly #world: World;
  readonly #origin: string;
  readonly #shape: Shape;

  constructor(world: World, origin: string, shape: Shape) {
    this.#world = world;
    this.#origin = origin;
    this.#shape = shape;
  }

  /** Document with one resource. */
  one(resource: Resource): object {
    return { data: this.#object(resource, this.#shape.include), ...this.#included([resource]) };
  }

  many(resources: readonly Resource[]): object {
    return {
      data: resources.map((resource) => this.#object(resource, this.#shape.include)),
      ...this.#included(resources),
    };
  }

  /** The `application/json` form: attributes beside id and type, included relationships nested. */
  flat(resource: Resource, include: readonly string[] = this.#shape.include): object {
    return {
      id: resource.id,
      type: resource.type,
      ...this.#attributes(resource),
      ...Object.fromEntries(
        this.#relationships(resource)
          .filter(([name]) => heads(include).has(name))
          .map(([name, linkage]) => {
            const deeper = below(include, name);
            const nested = links(linkage).flatMap((link) => {
              const found = findResource(this.#world, link, this.#origin);
              return found === undefined ? [] : [this.flat(found, deeper)];
            });
            return [name, isMany(linkage) ? nested : (nested[0] ?? null)];
          }),
      ),
      ...(resource.meta === undefined ? {} : { meta: resource.meta }),
    };
  }

  #object(resource: Resource, include: readonly string[]): object {
    const self = `${this.#origin}/api/v1/${resource.type}/${encodeURIComponent(resource.id)}`;
    const showAll = this.#world.switches().linkage === "always";
    const relationships = this.#relationships(resource).map(([name, linkage]) => [
      name,
      {
        ...(showAll || heads(include).has(name) ? { data: linkage } : {}),
        links: { self: `${self}/relationships/${name}`, related: `${self}/${name}` },
      },
    ]);
    return {
      type: resource.type,
      id: resource.id,
      attributes: this.#attributes(resource),
      ...(relationships.length === 0 ? {} : { relationships: Object.fromEntries(relationships) }),
      links: { self },
      ...(resource.meta === undefined ? {} : { meta: resource.meta }),
    };
  }

  #attributes(resource: Resource): object {
    const wanted = this.#shape.fields.get(resource.type);
    return Object.fromEntries(
      Object.entries(resource.attributes).filter(([name]) => wanted === undefined || wanted.has(name)),
    );
  }

  /** Sparse fieldsets limit relationships as well: an include that is not listed is silently empty (observed live). */
  #relationships(resource: Resource): [string, Link | readonly Link[] | null][] {
    const wanted = this.#shape.fields.get(resource.type);
    return Object.entries(resource.relationships).filter(([name]) => wanted === undefined || wanted.has(name));
  }

  #included(primary: readonly Resource[]): object {
    if (this.#shape.include.length === 0) return {};
    const found = new Map<string, { readonly resource: Resource; include: readonly string[] }>();
    const seen = new Set(primary.map(key));
    const visit = (resource: Resource, include: readonly string[]): void => {
      for (const [name, linkage] of this.#relationships(resource)) {
        if (!heads(include).has(name)) continue;
        const deeper = below(include, name);
        for (const link of links(linkage)) {
          const target = findResource(this.#world, link, this.#origin);
          if (target === undefined) continue;
          const known = found.get(key(target));
          if (known !== undefined) known.include = [...known.include, ...deeper];
          else if (!seen.has(key(target))) found.set(key(target), { resource: target, include: deeper });
          visit(target, deeper);
        }
      }
    };
    for (const resource of primary) visit(resource, this.#shape.include);
    return { included: [...found.values()].map(({ resource, include }) => this.#object(resource, include)) };
  }
}

/** Paging of a list: the rows of the page, `meta` and `links`. */
export function paginate<T>(
  rows: readonly T[],
  page: Query["page"],
  url: URL,
): { readonly rows: readonly T[]; readonly meta: PageMeta; readonly links: Readonly<Record<string, string>> } {
  const start = (page.number - 1) * page.size;
  const shown = rows.slice(start, start + page.size);
  const last = Math.max(1, Math.ceil(rows.length / page.size));
  const meta: PageMeta = {
    "current-page": page.number,
    "per-page": page.size,
    from: shown.length === 0 ? null : start + 1,
    to: shown.length === 0 ? null : start + shown.length,
    total: rows.length,
    "last-page": last,
  };
  const link = (number: number) => pageLink(url, number, page.size);
  return {
    rows: shown,
    meta,
    links: {
      first: link(1),
      ...(page.number > 1 ? { prev: link(page.number - 1) } : {}),
      ...(page.number < last ? { next: link(page.number + 1) } : {}),
      last: link(last),
    },
  };
}

export interface PageMeta {
  readonly "current-page": number;
  readonly "per-page": number;
  readonly from: number | null;
  readonly to: number | null;
  readonly total: number;
  readonly "last-page": number;
}

/** The framework rebuilds page links from filter, sort and page alone: `o`, `include` and `fields` are lost. */
function pageLink(url: URL, number: number, size: number): string {
  const link = new URL(url.pathname, url.origin);
  for (const [key, value] of url.searchParams) {
    if (key.startsWith("filter") || key === "sort") link.searchParams.append(key, value);
  }
  link.searchParams.set("page[number]", String(number));
  link.searchParams.set("page[size]", String(size));
  return link.href;
}

function key({ type, id }: Link): string {
  return `${type}/${id}`;
}

function heads(include: readonly string[]): Set<string> {
  return new Set(include.map((path) => path.split(".")[0] ?? ""));
}

function below(include: readonly string[], name: string): string[] {
  return include.filter((path) => path.startsWith(`${name}.`)).map((path) => path.slice(name.length + 1));
}

function isMany(linkage: Link | readonly Link[] | null): linkage is readonly Link[] {
  return Array.isArray(linkage);
}

function links(linkage: Link | readonly Link[] | null): readonly Link[] {
  if (linkage === null) return [];
  return isMany(linkage) ? linkage : [linkage];
}
