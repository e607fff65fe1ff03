export async function openHfStore(_r: unknown, _o: unknown): Promise<never> {
  throw new Error('soon');
}
