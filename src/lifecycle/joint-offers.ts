/** A model that is made of others and serves. */
export interface ServingEnsemble {
  readonly name: string;
  /** The models that its steps lead to, directly or not, as it is and as it is offered now. */
  readonly needs: ReadonlySet<string>;
}

/**
 * Which changes of models must prove themselves before they are taken, because ensembles stand on these models and serve, and
 * which of them together: what an ensemble and its steps have become in one go may only fit together as a whole. Changes
 * of models that are in no group concern nobody else.
 *
 * @param changed models of which something is to be loaded
 */
export function jointOffers(
  changed: ReadonlySet<string>,
  ensembles: readonly ServingEnsemble[],
): readonly (readonly string[])[] {
  let groups: ReadonlySet<string>[] = [];
  for (const { name, needs } of ensembles) {
    const steps = [...needs].filter((step) => changed.has(step));
    if (steps.length === 0) continue;
    let whole: ReadonlySet<string> = new Set(changed.has(name) ? [...steps, name] : steps);
    for (const other of groups.filter((group) => [...whole].some((each) => group.has(each)))) {
      whole = new Set([...other, ...whole]);
      groups = groups.filter((group) => group !== other);
    }
    groups.push(whole);
  }
  return groups.map((group) => [...group]);
}
