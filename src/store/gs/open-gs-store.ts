export async function openGsStore(_r: unknown, _o: unknown): Promise<never> {
  throw new Error('soon');
}
