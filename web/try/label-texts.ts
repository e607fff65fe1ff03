/** What the elements of an output stand for, by position. */
export type Labels = readonly string[];

/**
 * Reads answers of the extension `classification`, `value:position:label`; a label may have colons.
 * @param classes how many elements the output has; positions that are not told are ''
 */
export function labelsOf(texts: readonly string[], classes: number): Labels {
  const labels = Array.from({ length: classes }, () => '');
  for (const text of texts) {
    const [, position, label] = /^[^:]*:(\d+):(.*)$/s.exec(text) ?? [];
    if (position !== undefined && label !== undefined && Number(position) < classes)
      labels[Number(position)] = label;
  }
  return labels;
}
