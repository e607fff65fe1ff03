/** Of a line of one pixel. */
const MARGIN = 1;

/**
 * A line through the values, the newest at the right edge, from nought to the largest of them. Empty where there are fewer
 * than two.
 *
 * @param places so many values would fill the width
 */
export function sparkPath(values: readonly number[], places: number, width: number, height: number): string {
  if (values.length < 2) return '';
  const top = Math.max(...values);
  const step = width / (places - 1);
  const left = width - step * (values.length - 1);
  return values
    .map((value, at) => {
      const y = height - MARGIN - (top === 0 ? 0 : (value / top) * (height - 2 * MARGIN));
      return `${at === 0 ? 'M' : 'L'}${round(left + at * step)} ${round(y)}`;
    })
    .join('');
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
