import type { ResourceIdentifier } from "./document.ts";

export const MEDIA_TYPE = "application/vnd.api+json";

type Attribute = string | number | boolean;

export interface NewResource {
  readonly type: string;
  /** For PATCH; never for POST (client-generated ids are not supported). */
  readonly id?: string;
  readonly attributes: Readonly<Record<string, Attribute | undefined>>;
  readonly relationships?: Readonly<Record<string, ResourceIdentifier | undefined>>;
}

/** The text of a JSON:API request. `undefined` members are left out, and so is an empty `relationships`. */
export function encodeDocument(resource: NewResource): string {
  const relationships = Object.entries(resource.relationships ?? {}).flatMap(([name, target]) =>
    target === undefined ? [] : [[name, { data: target }] as const],
  );
  return JSON.stringify({
    data: {
      type: resource.type,
      id: resource.id,
      attributes: resource.attributes,
      relationships: relationships.length === 0 ? undefined : Object.fromEntries(relationships),
    },
  });
}
